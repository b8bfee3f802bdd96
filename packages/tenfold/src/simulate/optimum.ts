import { leastServers } from "../fleet/erlang.ts";
import { demandOf, type World } from "./world.ts";

/** A queue takes some seconds to feel a change of rate. */
const SETTLING = 5;

/** The load that queues feel, in instances kept busy: the rate of the last seconds times a request's cost. */
export function loadOf(rate: Float64Array, world: World, settling: number = SETTLING): Float64Array {
  const cost = demandOf(world);
  const load = new Float64Array(rate.length);
  let sum = 0;
  for (let t = 0; t < rate.length; t += 1) {
    sum += rate[t] ?? 0;
    if (t >= settling) sum -= rate[t - settling] ?? 0;
    load[t] = (Math.max(0, sum) / Math.min(t + 1, settling)) * cost;
  }
  return load;
}

/** The least number of instances that keeps the limit in each second, whatever the bounds allow. */
export function requiredOf(load: Float64Array, world: World): Int32Array {
  const { slots, slo, service } = world;
  const limit = { limit: slo.limit, service: service.mean, late: slo.late };
  return Int32Array.from(load, (busy) => Math.ceil(leastServers(busy * slots, limit) / slots));
}

/** What is required, as far as the bounds allow it and the database's connections make use of it. */
export function withinBounds(required: Int32Array, { min, max, ceiling }: World): Int32Array {
  const most = Math.min(max, ceiling ?? max);
  return required.map((count) => Math.min(max, Math.max(min, Math.min(most, count))));
}

/** Seconds that an instance costs besides those in which it is needed, and the steps in which it is paid for. */
export interface Turn {
  /** From its launch until it is of use. */
  readonly boot: number;
  /** From the decision to stop it to its end. */
  readonly drain: number;
  readonly billing: number;
  /** Nothing can be launched or stopped before; what had to be launched by then was there at the start. */
  readonly earliest: number;
}

/** Which instances run when. */
export interface Schedule {
  /** Instance-seconds to be paid for. */
  readonly seconds: number;
  /** How many are to run, by the second, those that boot included. */
  readonly counts: Int32Array;
}

/**
 * The cheapest schedule that never has fewer instances than are needed. What is needed at the start is there, booted, as
 * for every policy; the newest is stopped first, so that the k-th instance can be looked at by itself. It is kept through
 * a gap when that costs no more than to stop and to boot another, counted in what is paid for: of two ways to the same
 * second the better one has paid less, or as much and for longer. (Nobody has paid for a whole step ahead, so whoever has
 * paid a step less cannot be worse off.)
 */
export function cheapest(need: Int32Array, { boot, drain, billing, earliest }: Turn): Schedule {
  const end = need.length;
  const changes = new Int32Array(end + 1);
  /** Of the k-th instance: when it was launched, until when it is paid for, and since when it is not needed. */
  const began: number[] = [];
  const paid: number[] = [];
  const ended: number[] = [];
  let seconds = 0;
  const steps = (from: number, until: number): number => Math.max(0, Math.ceil((until - from) / billing));
  const pay = (k: number, until: number): void => {
    const more = steps(paid[k] ?? 0, until) * billing;
    paid[k] = (paid[k] ?? 0) + more;
    seconds += more;
  };
  const launch = (k: number, start: number): void => {
    began[k] = start;
    paid[k] = start;
  };
  const close = (k: number, until: number): void => {
    const start = Math.max(0, Math.floor(began[k] ?? 0));
    changes[start] = (changes[start] ?? 0) + 1;
    changes[until] = (changes[until] ?? 0) - 1;
  };
  const isKept = (k: number, since: number, t: number): boolean => {
    const until = paid[k] ?? 0;
    const keeping = steps(until, t);
    const again = steps(0, boot);
    const turning = steps(until, since + drain) + again;
    if (t - boot <= since || keeping !== turning) return t - boot <= since || keeping < turning;
    return until + keeping * billing >= t - boot + again * billing;
  };
  let level = 0;
  for (let t = 0; t < end; t += 1) {
    const wanted = need[t] ?? 0;
    for (; level > wanted; level -= 1) {
      pay(level, t);
      ended[level] = Math.max(t, earliest);
    }
    for (; level < wanted; level += 1) {
      const k = level + 1;
      const since = ended[k];
      if (since === undefined) launch(k, t - boot > earliest ? t - boot : 0);
      else if (!isKept(k, since, t)) {
        pay(k, since + drain);
        close(k, since);
        launch(k, t - boot);
      }
      pay(k, t);
    }
  }
  for (let k = 1; k < began.length; k += 1) {
    const since = k > level ? (ended[k] ?? end) : end;
    pay(k, Math.min(end, since + drain));
    close(k, since + drain < end ? since : end);
  }
  let running = 0;
  return { seconds, counts: changes.subarray(0, end).map((by) => (running += by)) };
}

/** Instance-seconds of the clairvoyant optimum: nobody whose boots take as long as the mean keeps the limit for less. */
export function optimalSeconds(need: Int32Array, { boot, drain, billing }: World): number {
  return cheapest(need, { boot: Math.floor(boot.mean), drain, billing, earliest: 0 }).seconds;
}
