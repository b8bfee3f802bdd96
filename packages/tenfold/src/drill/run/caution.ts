import type { FleetReport } from "@tenfold/protocol";
import type { Spec } from "../../spec/spec.ts";
import { pause } from "../work/clock.ts";

const LOOPBACK = /^(127\.|localhost$|::1$)/;

/** Connections are counted at most once a second. */
const LOOK_AGAIN_AFTER_MS = 1_200;

function visitorsOf({ members }: Pick<FleetReport, "members">): number {
  return members
    .filter(({ kind }) => kind === "balancer")
    .reduce((sum, { connections }) => sum + (connections ?? 0), 0);
}

/** The fleet, looked at twice where it seems to have visitors: the engine's own probe is one, for a moment. */
export async function lookForVisitors(ps: () => Promise<FleetReport>): Promise<FleetReport> {
  const fleet = await ps();
  if (visitorsOf(fleet) === 0) return fleet;
  await pause(LOOK_AGAIN_AFTER_MS);
  return ps();
}

/** Why a fleet looks as if others than its developer used it; sentences, none when it does not. */
export function reasonsForCaution(spec: Spec, fleet: Pick<FleetReport, "members">, envName: string | null): string[] {
  const reasons: string[] = [];
  if (envName !== null && /^prod/i.test(envName)) reasons.push(`it is of the environment ${envName}`);
  if (!LOOPBACK.test(spec.balancer.host)) reasons.push(`it listens on ${spec.balancer.host}, for other machines`);
  const visitors = visitorsOf(fleet);
  if (visitors > 0)
    reasons.push(`it has visitors: ${visitors} ${visitors === 1 ? "connection" : "connections"} to the balancer`);
  if (spec.postgres !== false && spec.postgres.kind !== "local") reasons.push("its database is a service elsewhere");
  return reasons;
}
