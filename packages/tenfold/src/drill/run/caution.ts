import type { FleetReport } from "@tenfold/protocol";
import type { Spec } from "../../spec/spec.ts";

const LOOPBACK = /^(127\.|localhost$|::1$)/;

/** Why a fleet looks as if others than its developer used it; sentences, none when it does not. */
export function reasonsForCaution(spec: Spec, fleet: Pick<FleetReport, "members">, envName: string | null): string[] {
  const reasons: string[] = [];
  if (envName !== null && /^prod/i.test(envName)) reasons.push(`it is of the environment ${envName}`);
  if (!LOOPBACK.test(spec.balancer.host)) reasons.push(`it listens on ${spec.balancer.host}, for other machines`);
  const visitors = fleet.members
    .filter(({ kind }) => kind === "balancer")
    .reduce((sum, { connections }) => sum + (connections ?? 0), 0);
  if (visitors > 0) reasons.push(`it has visitors: ${visitors} connections to the balancer`);
  if (spec.postgres !== false && spec.postgres.kind !== "local") reasons.push("its database is a service elsewhere");
  return reasons;
}
