import type { Rule } from "../spec/scaling/rule.ts";
import { type Stage, simulateFluid } from "./fluid.ts";
import { byPolicy } from "./policies/demand.ts";
import { clairvoyant, fixed } from "./policies/fixed.ts";
import { hpa } from "./policies/hpa.ts";
import { kpa } from "./policies/kpa.ts";
import type { Policy } from "./policies/policy.ts";
import { targetTracking } from "./policies/target-tracking.ts";
import { webPolicy } from "./policies/web-policy.ts";
import { keda, workerPolicy, workersByPolicy } from "./policies/workers.ts";
import { simulateRequests } from "./requests.ts";
import type { RequestScore, Score } from "./score.ts";
import {
  simulateWorkers,
  type WorkerController,
  type WorkerEngine,
  type WorkerStage,
  workerEngineOf,
} from "./workers.ts";

/** How the names on the command line are told apart from rules: what holds < or > is one or more rules. */
export type PolicyChoice =
  | { readonly kind: "named"; readonly name: string }
  | { readonly kind: "rules"; readonly name: string; readonly rules: readonly Rule[] };

const share = (value: number): Rule["limit"] => ({ kind: "value", value });
const lasting = (minutes: number): Rule["lasting"] => (minutes * 60_000) as Rule["lasting"];

/** The threshold rules that most guides name: 70 % for five minutes, 30 % for fifteen. */
function thresholds(by: number): readonly Rule[] {
  return [
    { metric: "cpu", above: true, limit: share(0.7), lasting: lasting(5), action: { kind: "by", count: by } },
    { metric: "cpu", above: false, limit: share(0.3), lasting: lasting(15), action: { kind: "by", count: -1 } },
  ];
}

function queueThresholds(): readonly Rule[] {
  return [
    { metric: "queue", above: true, limit: share(100), lasting: lasting(0), action: { kind: "by", count: 2 } },
    { metric: "queue", above: false, limit: share(10), lasting: lasting(0), action: { kind: "by", count: -1 } },
  ];
}

function highest(need: Int32Array): number {
  return need.reduce((most, count) => Math.max(most, count), 0);
}

/** Policies for web instances, by the names that `--policy` takes. */
export const WEB_POLICIES: Readonly<Record<string, (stage: Stage) => Policy>> = {
  cheap: ({ world }) => byPolicy("tenfold cheap", webPolicy(world, "cheap")),
  safe: ({ world }) => byPolicy("tenfold safe", webPolicy(world, "safe")),
  hpa: ({ world }) => hpa({ target: 0.7, min: world.min, max: world.max }),
  kpa: ({ world }) => kpa({ target: 0.7, min: world.min, max: world.max }),
  tracking: ({ world }) => targetTracking({ target: 0.7, min: world.min, max: world.max }),
  thresholds: ({ world }) => byPolicy("thresholds +1", webPolicy(world, "safe", thresholds(1))),
  "thresholds-2": ({ world }) => byPolicy("thresholds +2", webPolicy(world, "safe", thresholds(2))),
  peak: ({ need }) => fixed("static peak", highest(need)),
  optimum: ({ need, world }) => clairvoyant(need, world),
};

/** Policies for workers. */
export const WORKER_POLICIES: Readonly<Record<string, (stage: WorkerStage) => WorkerController>> = {
  tenfold: ({ world }) => workersByPolicy("tenfold", workerPolicy(world)),
  thresholds: ({ world }) => workersByPolicy("queue > 100: +2, < 10: -1", workerPolicy(world, queueThresholds())),
  keda: ({ world }) => keda(50, world),
  "keda-5": ({ world }) => keda(5, world),
  peak: ({ need }) => fixed("static peak", highest(need)),
};

export type EngineName = "fluid" | "requests";

/** Runs policies one after the other on the same stage. */
export function* compareWeb(
  stage: Stage,
  choices: readonly PolicyChoice[],
  engine: EngineName,
): Generator<Score | RequestScore> {
  for (const choice of choices) {
    const policy =
      choice.kind === "rules"
        ? byPolicy(choice.name, webPolicy(stage.world, "safe", choice.rules))
        : WEB_POLICIES[choice.name]?.(stage);
    if (policy !== undefined) yield engine === "fluid" ? simulateFluid(stage, policy) : simulateRequests(stage, policy);
  }
}

export function* compareWorkers(
  stage: WorkerStage,
  choices: readonly PolicyChoice[],
  engine: WorkerEngine = workerEngineOf(stage.trace),
): Generator<Score> {
  for (const choice of choices) {
    const policy =
      choice.kind === "rules"
        ? workersByPolicy(choice.name, workerPolicy(stage.world, choice.rules))
        : WORKER_POLICIES[choice.name]?.(stage);
    if (policy !== undefined) yield simulateWorkers(stage, policy, engine);
  }
}
