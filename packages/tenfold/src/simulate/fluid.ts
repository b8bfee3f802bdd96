import { lateShare } from "../fleet/erlang.ts";
import type { WebSample } from "../scale/web/sample.ts";
import { Random } from "../units/random.ts";
import { SimulatedFleet } from "./fleet.ts";
import { loadOf, optimalSeconds, requiredOf, withinBounds } from "./optimum.ts";
import type { Policy } from "./policies/policy.ts";
import { ActionCounter, ratioOf, type Score } from "./score.ts";
import type { Trace } from "./trace.ts";
import { demandOf, type World } from "./world.ts";

/** What is the same for every policy: computed once for a trace in a world. */
export interface Stage {
  readonly trace: Trace;
  readonly world: World;
  readonly load: Float64Array;
  /** The least number of instances that keeps the limit in each second, and the same within the bounds. */
  readonly required: Int32Array;
  readonly need: Int32Array;
  readonly optimum: number;
}

export function stageOf(trace: Trace, world: World): Stage {
  const load = loadOf(trace.rate, world);
  const required = requiredOf(load, world);
  const need = withinBounds(required, world);
  return { trace, world, load, required, need, optimum: optimalSeconds(need, world) };
}

/** How many instances there are at the start. */
export function firstOf({ first }: Policy, { need, world }: Stage): number {
  return Math.max(world.min, Math.min(world.max, first ?? need[0] ?? 0));
}

/** What has been counted since the last sample. */
interface Window {
  seconds: number;
  arrivals: number;
  shed: number;
  failed: number;
  served: number;
  busy: number;
  /** Instance-seconds that there were. */
  instances: number;
  cpu: number;
  late: number;
}

function emptyWindow(): Window {
  return { seconds: 0, arrivals: 0, shed: 0, failed: 0, served: 0, busy: 0, instances: 0, cpu: 0, late: 0 };
}

/** A rolling deploy replaces a quarter of the instances at a time. */
const DEPLOY_PARTS = 4;

/**
 * The fluid engine, a second at a time: what arrives beyond the capacity queues up; the rest waits as Erlang C says for
 * the load of the last seconds. The policy sees counts with the randomness of real ones.
 */
export function simulateFluid(stage: Stage, policy: Policy): Score {
  const { trace, world, load, required, optimum } = stage;
  const { rate, start } = trace;
  const cost = demandOf(world);
  const random = new Random(Random.derive(world.seed, "fluid"));
  const fleet = new SimulatedFleet(world, random, firstOf(policy, stage));
  const actions = new ActionCounter();
  const pending: { readonly at: number; readonly sample: WebSample | null }[] = [];
  const again = new Float64Array(4);
  let window = emptyWindow();
  let wanted = fleet.ready;
  let queue = 0;
  /** Requests that one instance works on. */
  let inHand = 0;
  let violationSeconds = 0;
  let violatedRequests = 0;
  let lostTotal = 0;
  let offeredTotal = 0;
  let peak = wanted;
  let surge = 0;
  let deployUntil = -1;
  let deployNext = 0;
  const deployPart = Math.ceil(world.boot.mean + world.warm.seconds);
  for (let t = 0; t < rate.length; t += 1) {
    // What waits, waits in the balancer, and outlives an instance.
    const failed = fleet.advance(t) * inHand;
    if (world.deploys[deployNext] === t) {
      deployNext += 1;
      deployUntil = t + DEPLOY_PARTS * deployPart;
    }
    const deploying = t < deployUntil;
    if (deploying) {
      surge += Math.ceil(fleet.ready / DEPLOY_PARTS);
      if ((deployUntil - t) % deployPart === 0) fleet.chill(Math.ceil(fleet.ready / DEPLOY_PARTS), t);
    }
    const back = again[t % 4] ?? 0;
    again[t % 4] = 0;
    const offered = (rate[t] ?? 0) + back;
    const serving = Math.min(fleet.ready, world.ceiling ?? fleet.ready);
    const capacity = Math.min(fleet.capacity, serving);
    const possible = capacity / cost;
    const before = queue;
    queue = Math.max(0, queue + offered - possible);
    let shed = 0;
    if (world.limiter !== null && queue > world.limiter * possible) {
      shed = queue - world.limiter * possible;
      queue -= shed;
      again[(t + 2) % 4] = (again[(t + 2) % 4] ?? 0) + shed * world.retry;
    }
    const served = before + offered - shed - queue;
    offeredTotal += offered;
    lostTotal += shed + failed;
    if (offered > 0 && (queue > 0 || failed > 0 || capacity < (required[t] ?? 0))) {
      // Instances that warm up are servers like the others; all are thought slower by what that costs together.
      const slower = capacity === 0 ? 1 : serving / capacity;
      const slow = lateShare(
        serving * world.slots,
        (load[t] ?? 0) * world.slots * slower,
        world.slo.limit - (possible > 0 ? queue / possible : 0),
        world.service.mean * slower,
      );
      const lost = Math.min(1, (shed + failed) / offered);
      const share = Math.min(1, slow * (1 - lost) + lost);
      if (share > world.slo.late) {
        violationSeconds += 1;
        violatedRequests += share * offered;
      }
      window.late = Math.max(window.late, slow);
    }
    window.seconds += 1;
    window.arrivals += offered;
    window.shed += shed;
    window.failed += failed;
    window.served += served;
    window.busy += served * cost;
    window.instances += fleet.ready;
    window.cpu += fleet.ready === 0 ? 0 : (served * cost + fleet.warming * world.boot.cpu * 0.5) / fleet.ready;
    inHand = fleet.ready === 0 ? 0 : (served * world.service.mean) / fleet.ready;
    if ((t + 1) % world.metrics.interval === 0) {
      const lost = world.metrics.loss > 0 && random.next() < world.metrics.loss;
      const sample = lost ? null : measure(window, queue, start + (t + 1) * 1000, random, world);
      pending.push({ at: t + 1 + world.metrics.delay, sample });
      window = emptyWindow();
    }
    if (pending.length > 0 && (pending[0]?.at ?? Number.POSITIVE_INFINITY) <= t + 1) {
      const sample = pending.shift()?.sample ?? null;
      const counts = { wanted, ready: fleet.ready, starting: fleet.starting };
      const now = start + (t + 1) * 1000;
      const answer = policy.decide({ sample, counts, deploying, second: t + 1, now });
      const target = Math.max(world.min, Math.min(world.max, Math.round(answer)));
      actions.change(target - wanted, t);
      wanted = target;
      peak = Math.max(peak, wanted);
      fleet.resize(wanted, t);
    }
  }
  const days = rate.length / 86_400;
  const seconds = fleet.total(rate.length) + surge;
  return {
    policy: policy.name,
    foresight: policy.foresight === true,
    instanceHours: seconds / 3600,
    ratio: ratioOf(seconds, optimum),
    violationPercent: (100 * violationSeconds) / rate.length,
    violationSeconds,
    violatedRequests,
    shedPercent: offeredTotal === 0 ? 0 : (100 * lostTotal) / offeredTotal,
    actionsPerDay: actions.actions / days,
    reversalsPerDay: actions.reversals / days,
    peakInstances: peak,
  };
}

function measure(window: Window, queue: number, at: number, random: Random, world: World): WebSample {
  const { seconds } = window;
  const arrivals = random.poisson(window.arrivals);
  const requests = random.poisson(window.served);
  const busySeconds = requests * demandOf(world) * (1 + (0.5 * random.normal()) / Math.sqrt(Math.max(1, requests)));
  const p95 = world.slo.limit * 1000 * (window.late > world.slo.late ? 1 + window.late * 4 : 0.25 + window.late * 8);
  return {
    at,
    arrivals: arrivals / seconds,
    shed: Math.min(arrivals, window.shed) / seconds,
    failed: Math.min(1, window.failed / Math.max(1, window.arrivals - window.shed)),
    queued: Math.round(queue),
    work: { busySeconds: Math.max(0, busySeconds), requests, seconds: window.instances },
    cpu: Math.min(1, window.cpu / seconds),
    memory: null,
    p95,
  };
}
