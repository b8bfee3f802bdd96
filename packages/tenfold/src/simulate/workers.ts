import { waitProbability } from "../fleet/erlang.ts";
import type { WorkerCounts, WorkerSample } from "../scale/workers/policy.ts";
import { Random } from "../units/random.ts";
import { SimulatedFleet } from "./fleet.ts";
import { FluidJobs } from "./fluid-jobs.ts";
import type { JobWork } from "./job-work.ts";
import { loadOf, optimalSeconds } from "./optimum.ts";
import { Punctuality } from "./punctuality.ts";
import { ActionCounter, ratioOf, type Score } from "./score.ts";
import { SingleJobs } from "./single-jobs.ts";
import { type Trace, totalOf } from "./trace.ts";
import type { World } from "./world.ts";

/** Decides on workers; it may keep what it learns. */
export interface WorkerController {
  readonly name: string;
  readonly foresight?: boolean;
  /** As that of a policy. */
  readonly first?: number;
  decide(look: {
    readonly sample: WorkerSample | null;
    readonly counts: WorkerCounts;
    readonly deploying: boolean;
    readonly second: number;
    readonly now: number;
  }): number;
}

export interface WorkerStage {
  readonly trace: Trace;
  readonly world: World;
  readonly need: Int32Array;
  readonly optimum: number;
}

/** A queue evens out what is shorter than this share of its limit. */
const EVEN_SHARE = 2 / 3;

/** The least number of workers with which no more than `late` of the jobs wait longer than `limit`, in each second. */
export function workerStage(trace: Trace, world: World): WorkerStage {
  const { slots, slo, service, min, max } = world;
  const load = loadOf(trace.rate, world, Math.max(1, Math.round(slo.limit * EVEN_SHARE)));
  const need = new Int32Array(load.length);
  for (let t = 0; t < load.length; t += 1) {
    const busy = (load[t] ?? 0) * slots;
    let servers = Math.floor(busy) + 1;
    while (waitProbability(servers, busy) * Math.exp((-(servers - busy) * slo.limit) / service.mean) > slo.late)
      servers += 1;
    need[t] = busy === 0 ? min : Math.min(max, Math.max(min, Math.ceil(servers / slots)));
  }
  return { trace, world, need, optimum: optimalSeconds(need, world) };
}

/** Jobs one by one take too long when there are more. */
export const MOST_JOBS = 10_000_000;

export type WorkerEngine = "jobs" | "fluid";

/** Every job by itself, unless there are too many. */
export function workerEngineOf(trace: Trace): WorkerEngine {
  return totalOf(trace) > MOST_JOBS ? "fluid" : "jobs";
}

/**
 * Jobs wait in one queue and are worked off in order. Late are those that waited longer than the limit. What waits at
 * the end of the trace is worked off by the workers that there are then, and counts as what it becomes.
 */
export function simulateWorkers(stage: WorkerStage, policy: WorkerController, engine?: WorkerEngine): Score {
  const { trace, world, optimum, need } = stage;
  const { rate, start } = trace;
  const { interval, delay, loss } = world.metrics;
  const random = new Random(Random.derive(world.seed, "workers"));
  const first = Math.max(world.min, Math.min(world.max, policy.first ?? need[0] ?? 0));
  const fleet = new SimulatedFleet(world, random, first);
  const punctuality = new Punctuality(rate.length);
  const Work = (engine ?? workerEngineOf(trace)) === "jobs" ? SingleJobs : FluidJobs;
  const work: JobWork = new Work(world, fleet, punctuality);
  const actions = new ActionCounter();
  const pending: { readonly at: number; readonly sample: WorkerSample | null; readonly busy: number }[] = [];
  let wanted = fleet.ready;
  let peak = wanted;
  for (let t = 0; t < rate.length; t += 1) {
    work.advance(t, rate[t] ?? 0, fleet.advance(t));
    const now = start + (t + 1) * 1000;
    if ((t + 1) % interval === 0) {
      const { sample, busy } = work.look(t + 1, interval);
      const isLost = loss > 0 && random.next() < loss;
      pending.push({ at: t + 1 + delay, sample: isLost ? null : { at: now, ...sample }, busy });
    }
    const next = pending[0];
    if (next === undefined || next.at > t + 1) continue;
    pending.shift();
    const counts = { wanted, ready: fleet.ready, starting: fleet.starting, busy: Math.min(fleet.ready, next.busy) };
    const answer = policy.decide({ sample: next.sample, counts, deploying: false, second: t + 1, now });
    const target = Math.max(world.min, Math.min(world.max, Math.round(answer)));
    actions.change(target - wanted, t);
    wanted = target;
    peak = Math.max(peak, wanted);
    fleet.resize(wanted, t);
  }
  const days = rate.length / 86_400;
  const seconds = fleet.total(rate.length);
  for (let t = rate.length; !work.isDone && t <= rate.length + world.slo.limit; t += 1)
    work.advance(t, 0, fleet.advance(t));
  work.giveUp();
  const { all, late } = punctuality;
  return {
    policy: policy.name,
    foresight: policy.foresight === true,
    instanceHours: seconds / 3600,
    ratio: ratioOf(seconds, optimum),
    violationPercent: all < 1e-6 ? 0 : (100 * late) / all,
    violationSeconds: punctuality.violations(world.slo.late).seconds,
    violatedRequests: Math.round(late),
    shedPercent: 0,
    actionsPerDay: actions.actions / days,
    reversalsPerDay: actions.reversals / days,
    peakInstances: peak,
  };
}
