import { leastServers } from "../../fleet/erlang.ts";
import { type Tuning, tuningOf, type WebPolicy } from "./policy.ts";

/** Least time above the service itself that is left for waiting, in services: a limit that is tighter cannot be kept. */
const LEAST_WAIT = 1;

/** With nothing to spare. */
export const BARE: Sizing = { fill: 1, limitShare: 1 };

export type Sizing = Pick<Tuning, "fill" | "limitShare">;

/** Instances for a load: few enough requests are late (Erlang C), and none is busier than the policy allows. */
export function sizeFor(
  load: number,
  cost: number,
  policy: WebPolicy,
  { fill, limitShare }: Sizing = tuningOf(policy),
): number {
  if (load <= 0) return 0;
  const { slots, slo } = policy;
  const service = Math.max(1e-6, cost * slots);
  const limit = Math.max((slo.limit / 1000) * limitShare, service * (Math.log(1 / slo.late) + LEAST_WAIT));
  const servers = leastServers(load * slots, { limit, service, late: slo.late });
  return Math.max(Math.ceil(servers / slots), Math.ceil(load / fill - 1e-3));
}
