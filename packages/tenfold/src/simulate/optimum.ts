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

/** The least number of instances that keeps the limit in each second, within the bounds. */
export function needOf(load: Float64Array, world: World): Int32Array {
  const { slots, slo, service, min, max } = world;
  const limit = { limit: slo.limit, service: service.mean, late: slo.late };
  const need = new Int32Array(load.length);
  for (let t = 0; t < load.length; t += 1) {
    const servers = leastServers((load[t] ?? 0) * slots, limit);
    need[t] = Math.min(max, Math.max(min, Math.ceil(servers / slots)));
  }
  return need;
}

/**
 * Instance-seconds of the clairvoyant optimum: who knows the future keeps the k-th instance through a gap that is no
 * longer than booting and draining it would take, and pays for boot and drain otherwise.
 */
export function optimalSeconds(need: Int32Array, world: World): number {
  const turn = world.boot.mean + world.drain;
  const ended: number[] = [];
  let level = world.min;
  let seconds = 0;
  for (let t = 0; t < need.length; t += 1) {
    const wanted = need[t] ?? 0;
    for (; level > wanted; level -= 1) ended[level] = t;
    for (; level < wanted; level += 1) {
      const end = ended[level + 1];
      seconds += Math.min(turn, end === undefined ? turn : t - end);
    }
    seconds += wanted;
  }
  return seconds;
}
