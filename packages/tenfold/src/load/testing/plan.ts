import type { Plain } from "../../spec/plain.ts";
import { constant } from "../arrivals/profile.ts";
import { resolveTarget } from "../http/target.ts";
import type { LoadPlan } from "../run/plan.ts";
import { parseScenario } from "../scenario/parse.ts";
import type { Journey } from "../scenario/scenario.ts";

/** The journeys of a scenario file, as a test writes them. */
export function journeysOf(file: Plain): readonly Journey[] {
  const parsed = parseScenario(file, () => false);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings));
  return parsed.scenario.journeys;
}

/** A plan of 100 visits in a second that each ask for `/`, but for what a test says. */
export async function planFor(url: string, own: Partial<LoadPlan> = {}): Promise<LoadPlan> {
  return {
    target: await resolveTarget(new URL(url)),
    journeys: journeysOf({ steps: [{ path: "/" }] }),
    arrivals: { kind: "open", profile: constant(100, 1), spacing: "even" },
    sender: {},
    environment: {},
    seed: 1,
    share: { index: 0, of: 1 },
    ...own,
  };
}
