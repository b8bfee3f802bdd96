import type { Member } from "../../fleet/member.ts";
import { isNginx } from "../../render/edge/edge.ts";
import type { BalancerControl, Context, ServiceAdapter } from "../service.ts";
import { haproxyAdapter } from "./haproxy-adapter.ts";
import { haproxyControl } from "./haproxy-control.ts";
import { nginxAdapter } from "./nginx-adapter.ts";
import { nginxControl } from "./nginx-control.ts";
import { Turns } from "./turns.ts";

/** All that the engine needs for members of the kind `balancer`, whichever program each of them is. */
export interface Balancer {
  readonly adapter: ServiceAdapter;
  readonly control: BalancerControl;
}

export function createBalancer(): Balancer {
  const turns = new Turns();
  const adapters = { haproxy: haproxyAdapter(turns), nginx: nginxAdapter(turns) };
  const controls = { haproxy: haproxyControl(turns), nginx: nginxControl(turns) };
  const adapter = ({ fleet }: Context, member: Member): ServiceAdapter =>
    adapters[isNginx(fleet, member) ? "nginx" : "haproxy"];
  const control = ({ fleet }: Context): Omit<BalancerControl, "follow"> => controls[fleet.spec.balancer.engine];
  return {
    adapter: {
      prepare: async (context, member) => adapter(context, member).prepare?.(context, member),
      probe: (context, member) => adapter(context, member).probe(context, member),
      reload: async (context, member) => adapter(context, member).reload?.(context, member),
      isQuiet: async (context, member) => (await adapter(context, member).isQuiet?.(context, member)) ?? false,
    },
    control: {
      serve: (context) => control(context).serve(context),
      follow: controls.haproxy.follow,
      inFlight: (context, member) => control(context).inFlight(context, member),
      serving: (context) => control(context).serving(context),
      figures: (context) => control(context).figures(context),
    },
  };
}
