import type { Tuning } from "../../packages/tenfold/src/scale/web/policy.ts";
import { simulateFluid, stageOf } from "../../packages/tenfold/src/simulate/fluid.ts";
import { byPolicy } from "../../packages/tenfold/src/simulate/policies/demand.ts";
import { webPolicy } from "../../packages/tenfold/src/simulate/policies/web-policy.ts";
import type { Trace } from "../../packages/tenfold/src/simulate/trace.ts";
import { DEFAULT_WORLD, type World } from "../../packages/tenfold/src/simulate/world.ts";
import { cell } from "./page.ts";

export interface Front {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const TUNINGS: readonly Tuning[] = [
  { covered: 0.9, fill: 0.98, limitShare: 1 },
  { covered: 0.95, fill: 0.97, limitShare: 0.95 },
  { covered: 0.975, fill: 0.955, limitShare: 0.95 },
  { covered: 0.985, fill: 0.9, limitShare: 0.8 },
];
const BOOTS = [45, 5];

/** From cheap to safe, at two boot times: what each costs, and what it violates. */
export function front(traces: readonly Trace[]): Front {
  const rows = BOOTS.flatMap((mean) => {
    const world: World = { ...DEFAULT_WORLD, boot: { ...DEFAULT_WORLD.boot, mean } };
    const stages = traces.map((trace) => stageOf(trace, world));
    return TUNINGS.map((tuning) => {
      const scores = stages.map((stage) => simulateFluid(stage, byPolicy("", webPolicy(world, tuning))));
      return [`${mean} s`, `${tuning.covered} · ${tuning.fill}`, ...scores.map(cell)];
    });
  });
  return { heads: ["boot", "covered · fill", ...traces.map(({ name }) => name)], rows };
}
