import { decideWorkers } from "../../scale/workers/decide.ts";
import type { WorkerMemory } from "../../scale/workers/memory.ts";
import type { WorkerPolicy } from "../../scale/workers/policy.ts";
import type { Rule } from "../../spec/scaling/rule.ts";
import { millis } from "../../units/millis.ts";
import type { WorkerController } from "../workers.ts";
import type { World } from "../world.ts";

const P90 = 1.28;

/** The engine's policy for workers in a simulated world. */
export function workerPolicy(world: World, rules: readonly Rule[] = []): WorkerPolicy {
  return {
    bounds: { min: world.min, max: world.max, schedules: [], connections: null },
    override: null,
    watched: true,
    rules,
    limit: millis(world.slo.limit * 1000),
    slots: world.slots,
    boot: millis(world.boot.mean * (1 + P90 * world.boot.variation) * 1000),
    jobSeconds: world.service.mean,
    idle: millis(300_000),
    finishes: true,
  };
}

/** The code that the engine runs. */
export function workersByPolicy(name: string, policy: WorkerPolicy): WorkerController {
  let memory: WorkerMemory | null = null;
  return {
    name,
    decide: ({ sample, counts, deploying, now }) => {
      const outcome = decideWorkers(policy, { sample, counts, deploying }, memory, now);
      memory = outcome.memory;
      return outcome.decision.target;
    },
  };
}

/** KEDA with a queue: so many waiting jobs for each worker, looked at every 30 s, no shrinking for 5 minutes. */
export function keda(perWorker: number, { min, max }: Pick<World, "min" | "max">): WorkerController {
  let next = 0;
  let recent: { readonly at: number; readonly count: number }[] = [];
  return {
    name: `KEDA ${perWorker} a worker`,
    decide: ({ sample, counts, second }) => {
      if (sample === null || second < next) return counts.wanted;
      next = second + 30;
      const proposal = Math.max(min, Math.min(max, Math.ceil(sample.queued / perWorker)));
      recent = [...recent.filter(({ at }) => at > second - 300), { at: second, count: proposal }];
      return Math.max(...recent.map(({ count }) => count));
    },
  };
}
