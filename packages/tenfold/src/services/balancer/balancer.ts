import type { BalancerControl, ServiceAdapter } from "../service.ts";
import { haproxyAdapter } from "./haproxy-adapter.ts";
import { haproxyControl } from "./haproxy-control.ts";
import { Turns } from "./turns.ts";

/** All that the engine needs for members of the kind `balancer`, whichever program each of them is. */
export interface Balancer {
  readonly adapter: ServiceAdapter;
  readonly control: BalancerControl;
}

export function createBalancer(): Balancer {
  const turns = new Turns();
  return { adapter: haproxyAdapter(turns), control: haproxyControl(turns) };
}
