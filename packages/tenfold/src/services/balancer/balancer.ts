import type { Fleet } from "../../fleet/fleet.ts";
import type { Rendering } from "../../fleet/launch.ts";
import type { Member } from "../../fleet/member.ts";
import { renderHaproxy } from "../../render/haproxy/haproxy.ts";
import type { BalancerControl, ServiceAdapter } from "../service.ts";
import { haproxyAdapter } from "./haproxy-adapter.ts";
import { haproxyControl } from "./haproxy-control.ts";
import { Turns } from "./turns.ts";

/** All that the engine needs for members of the kind `balancer`, whichever program each of them is. */
export interface Balancer {
  readonly adapter: ServiceAdapter;
  readonly control: BalancerControl;
  render(fleet: Fleet, member: Member): Rendering;
}

export function createBalancer(): Balancer {
  const turns = new Turns();
  return { adapter: haproxyAdapter(turns), control: haproxyControl(turns), render: renderHaproxy };
}
