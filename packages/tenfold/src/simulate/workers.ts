import { waitProbability } from "../fleet/erlang.ts";
import type { WorkerCounts, WorkerSample } from "../scale/workers/policy.ts";
import { Random } from "../units/random.ts";
import { SimulatedFleet } from "./fleet.ts";
import { loadOf, optimalSeconds } from "./optimum.ts";
import { ActionCounter, type Score } from "./score.ts";
import type { Trace } from "./trace.ts";
import type { World } from "./world.ts";

/** Decides on workers; it may keep what it learns. */
export interface WorkerController {
  readonly name: string;
  readonly foresight?: boolean;
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

/** Jobs in the order in which they came, by the second. */
class Backlog {
  readonly #parts: { readonly at: number; jobs: number }[] = [];
  #first = 0;
  /** When the last that was taken had come. */
  #takenFrom = 0;
  size = 0;

  add(at: number, jobs: number): void {
    if (jobs > 0) this.#parts.push({ at, jobs });
    this.size += jobs;
  }

  /** Takes the oldest; gives how many of them had waited longer than the limit. */
  take(jobs: number, now: number, limit: number): number {
    let left = jobs;
    let late = 0;
    while (left > 1e-9) {
      const part = this.#parts[this.#first];
      if (part === undefined) break;
      const taken = Math.min(left, part.jobs);
      if (now - part.at > limit) late += taken;
      this.#takenFrom = part.at;
      part.jobs -= taken;
      this.size -= taken;
      left -= taken;
      if (part.jobs <= 1e-9) this.#first += 1;
    }
    if (this.#first > 1000) {
      this.#parts.splice(0, this.#first);
      this.#first = 0;
    }
    if (this.#first === this.#parts.length) this.size = 0;
    return late;
  }

  /** Puts back what was taken last; it is next again. */
  putBack(jobs: number): void {
    if (jobs > 0) this.#parts.splice(this.#first, 0, { at: this.#takenFrom, jobs });
    this.size += jobs;
  }

  oldest(now: number): number {
    const part = this.#parts[this.#first];
    return part === undefined ? 0 : now - part.at;
  }
}

/** The fluid engine for workers: jobs queue up and are worked off in order. Late are those that waited longer than the limit. */
export function simulateWorkers({ trace, world, optimum, need }: WorkerStage, policy: WorkerController): Score {
  const { rate, start } = trace;
  const random = new Random(Random.derive(world.seed, "workers"));
  const fleet = new SimulatedFleet(world, random, Math.max(world.min, need[0] ?? 0));
  const actions = new ActionCounter();
  const backlog = new Backlog();
  const pending: { readonly at: number; readonly sample: WorkerSample | null; readonly busy: number }[] = [];
  let wanted = fleet.ready;
  let peak = wanted;
  let arrived = 0;
  let window = { arrivals: 0, done: 0 };
  let late = 0;
  let lateSeconds = 0;
  /** Jobs that one worker has in hand, and the share of them that was late. */
  let inHand = { jobs: 0, late: 0 };
  for (let t = 0; t < rate.length; t += 1) {
    // The jobs of those that died are done again, and are late or not by then.
    const lost = fleet.advance(t) * inHand.jobs;
    backlog.putBack(lost);
    late -= lost * inHand.late;
    const came = random.poisson(rate[t] ?? 0);
    backlog.add(t, came);
    arrived += came;
    const possible = (fleet.capacity * world.slots) / world.service.mean;
    const done = Math.min(possible, backlog.size);
    const tooLate = backlog.take(done, t, world.slo.limit);
    late += tooLate;
    if (tooLate > 0) lateSeconds += 1;
    const working = fleet.ready === 0 ? 0 : (done * world.service.mean) / fleet.ready;
    inHand = { jobs: working, late: done === 0 ? 0 : tooLate / done };
    window.arrivals += came;
    window.done += done;
    if ((t + 1) % world.metrics.interval === 0) {
      const seconds = world.metrics.interval;
      const inFlight = Math.round((window.done / seconds) * world.service.mean);
      const lost = world.metrics.loss > 0 && random.next() < world.metrics.loss;
      const sample = {
        at: start + (t + 1) * 1000,
        arrivals: window.arrivals / seconds,
        queued: Math.round(backlog.size),
        inFlight,
        oldest: backlog.oldest(t) * 1000,
        due: null,
        work: { busySeconds: window.done * world.service.mean, jobs: window.done },
      };
      const busy = Math.min(fleet.ready, Math.ceil(inFlight / world.slots));
      pending.push({ at: t + 1 + world.metrics.delay, sample: lost ? null : sample, busy });
      window = { arrivals: 0, done: 0 };
    }
    const next = pending[0];
    if (next === undefined || next.at > t + 1) continue;
    pending.shift();
    const counts = { wanted, ready: fleet.ready, starting: fleet.starting, busy: Math.min(fleet.ready, next.busy) };
    const answer = policy.decide({
      sample: next.sample,
      counts,
      deploying: false,
      second: t + 1,
      now: start + (t + 1) * 1000,
    });
    const target = Math.max(world.min, Math.min(world.max, Math.round(answer)));
    actions.change(target - wanted, t);
    wanted = target;
    peak = Math.max(peak, wanted);
    fleet.resize(wanted, t);
  }
  const days = rate.length / 86_400;
  const seconds = fleet.total(rate.length);
  return {
    policy: policy.name,
    foresight: policy.foresight === true,
    instanceHours: seconds / 3600,
    ratio: seconds / optimum,
    violationPercent: arrived === 0 ? 0 : (100 * late) / arrived,
    violationSeconds: lateSeconds,
    violatedRequests: Math.round(late),
    shedPercent: 0,
    actionsPerDay: actions.actions / days,
    reversalsPerDay: actions.reversals / days,
    peakInstances: peak,
  };
}
