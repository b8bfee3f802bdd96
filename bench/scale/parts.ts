import { decideWeb } from "../../packages/tenfold/src/scale/web/decide.ts";
import type { WebMemory } from "../../packages/tenfold/src/scale/web/memory.ts";
import { type Stage, simulateFluid, stageOf } from "../../packages/tenfold/src/simulate/fluid.ts";
import type { Policy } from "../../packages/tenfold/src/simulate/policies/policy.ts";
import { webPolicy } from "../../packages/tenfold/src/simulate/policies/web-policy.ts";
import type { Score } from "../../packages/tenfold/src/simulate/score.ts";
import type { Trace } from "../../packages/tenfold/src/simulate/trace.ts";
import { DEFAULT_WORLD } from "../../packages/tenfold/src/simulate/world.ts";
import { cell } from "./page.ts";

/** Within such a time (seconds) no change may be taken back. */
const CALM = 600;
const LOOK = DEFAULT_WORLD.metrics.interval;
/** From a decision until what it launched serves at full speed. */
const LEAD = 60;

/** Tenfold's policy, with the number that its forecast needs noted at every look. */
function noting(needs: number[]): Policy {
  const policy = webPolicy(DEFAULT_WORLD, "cheap");
  let memory: WebMemory | null = null;
  return {
    name: "tenfold",
    decide: ({ sample, counts, deploying, now }) => {
      const { decision, memory: learned } = decideWeb(policy, { sample, counts, deploying }, memory, now);
      memory = learned;
      needs.push(decision.why.kind === "web" ? decision.why.figures.need : decision.target);
      return decision.target;
    },
  };
}

/** Grows with the need of each look at once; falls to the highest need that will come within ten minutes, ten minutes after it grew. */
function foreseen(needs: readonly number[]): Policy {
  let look = 0;
  let count = needs[0] ?? 0;
  let grewAt = Number.NEGATIVE_INFINITY;
  return {
    name: "foreseen",
    foresight: true,
    decide: ({ second }) => {
      const need = needs[look] ?? 0;
      const highest = Math.max(...needs.slice(look, look + CALM / LOOK + 1));
      look += 1;
      if (need > count) [count, grewAt] = [need, second];
      else if (highest < count && second - grewAt >= CALM) count = highest;
      return count;
    },
  };
}

/** What somebody who knows the future needs at each look: the most until what is launched then would serve. */
function coming({ need }: Stage): number[] {
  return Array.from({ length: Math.floor(need.length / LOOK) }, (_, look) =>
    need.slice((look + 1) * LOOK, (look + 1) * LOOK + LEAD).reduce((most, count) => Math.max(most, count), 0),
  );
}

/** What the price above the optimum is paid for: knowing the future but not flapping, not knowing a boot ahead, not knowing ten minutes ahead. */
export function parts(traces: readonly Trace[]): readonly (readonly string[])[] {
  return traces.map((trace) => {
    const stage = stageOf(trace, DEFAULT_WORLD);
    const needs: number[] = [];
    const ours = simulateFluid(stage, noting(needs));
    const run = (counts: readonly number[]): Score => simulateFluid(stage, foreseen(counts));
    return [trace.name, cell(run(coming(stage))), cell(run(needs)), cell(ours)];
  });
}
