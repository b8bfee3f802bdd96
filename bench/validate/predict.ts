import type { RequestScore } from "../../packages/tenfold/src/simulate/score.ts";
import type { Project } from "../../tests/harness/project.ts";
import type { Learned } from "./learn.ts";
import { BOUNDS, type Level, type Outcome, TARGET } from "./replay.ts";

/** The options that describe the application that was measured. */
export function simulateOptions({ service, variation, boot, drain }: Learned): string[] {
  const options = {
    policy: "safe",
    engine: "requests",
    service: `${service.toFixed(1)}ms`,
    variation: variation.toFixed(2),
    boot: `${Math.round(boot)}ms`,
    drain: `${Math.round(drain)}ms`,
    "warm-up": "0s",
    delay: "0s",
    queue: "balancer",
    "queue-limit": "60s",
    slo: `${TARGET}ms`,
    min: BOUNDS.min,
    max: BOUNDS.max,
  };
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
}

/** What the simulator says of the project's `trace.csv`, once for each seed. */
export async function predict(project: Project, learned: Learned, seeds: readonly number[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const seed of seeds) {
    const words = ["simulate", "--trace", "trace.csv", ...simulateOptions(learned), "--seed", `${seed}`, "--json"];
    const { scores } = JSON.parse((await project.tenfold(...words)).stdout) as { scores: RequestScore[] };
    const [score] = scores;
    if (score === undefined) throw new Error("the simulator has no score");
    outcomes.push({
      hours: score.instanceHours,
      p95: score.p95 * 1000,
      p99: score.p99 * 1000,
      violationSeconds: score.violationSeconds,
      levels: levelsOf(score),
    });
  }
  return outcomes;
}

function levelsOf({ changes }: RequestScore): Level[] {
  let count: number = BOUNDS.min;
  return changes.map(({ second, by }) => {
    count += by;
    return { second, count };
  });
}
