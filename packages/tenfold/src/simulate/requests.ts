import type { WebSample } from "../scale/web/sample.ts";
import { Random } from "../units/random.ts";
import { firstOf, type Stage } from "./fluid.ts";
import type { Policy } from "./policies/policy.ts";
import { percentileOf, RequestFleet } from "./request-fleet.ts";
import { ActionCounter, type RequestScore, ratioOf } from "./score.ts";

/** More than that many requests take too long one by one. */
export const MOST_REQUESTS = 30_000_000;

/**
 * The request engine: every request arrives, is given to an instance by the balancer's policy, waits, is served. Slow and
 * exact where the fluid engine is fast and simple; deploys and retries are the fluid engine's only. When the policy looks
 * first is chance.
 */
export function simulateRequests(stage: Stage, policy: Policy): RequestScore {
  const { trace, world, optimum } = stage;
  const { rate, start } = trace;
  const { interval, delay, loss } = world.metrics;
  const random = new Random(Random.derive(world.seed, "requests"));
  const actions = new ActionCounter();
  const pending: { readonly at: number; readonly sample: WebSample | null }[] = [];
  let wanted = firstOf(policy, stage);
  const fleet = new RequestFleet(world, random, { seconds: rate.length, count: wanted });
  const phase = Math.floor(random.next() * interval);
  let peak = wanted;
  let offered = 0;
  let looked = 0;
  for (let t = 0; t < rate.length; t += 1) {
    const count = random.poisson(rate[t] ?? 0);
    offered += count;
    const arrivals = Array.from({ length: count }, () => t + random.next()).sort((a, b) => a - b);
    for (const at of arrivals) {
      fleet.advance(at);
      fleet.arrive(at);
    }
    fleet.advance(t + 1);
    const now = start + (t + 1) * 1000;
    if ((t + 1) % interval === phase) {
      const sample = fleet.look(t + 1 - looked, now);
      looked = t + 1;
      pending.push({ at: t + 1 + delay, sample: random.next() < loss ? null : sample });
    }
    const next = pending[0];
    if (next === undefined || next.at > t + 1) continue;
    pending.shift();
    const counts = { wanted, ready: fleet.ready, starting: fleet.starting };
    const answer = policy.decide({ sample: next.sample, counts, deploying: false, second: t + 1, now });
    const target = Math.max(world.min, Math.min(world.max, Math.round(answer)));
    actions.change(target - wanted, t + 1);
    wanted = target;
    peak = Math.max(peak, wanted);
    fleet.resize(wanted, t + 1);
  }
  const paid = fleet.finish(rate.length);
  const violations = fleet.punctuality.violations(world.slo.late);
  const days = rate.length / 86_400;
  return {
    policy: policy.name,
    foresight: policy.foresight === true,
    instanceHours: paid / 3600,
    ratio: ratioOf(paid, optimum),
    violationPercent: (100 * violations.seconds) / rate.length,
    violationSeconds: violations.seconds,
    violatedRequests: violations.requests,
    shedPercent: offered === 0 ? 0 : (100 * (fleet.shed + fleet.failed)) / offered,
    actionsPerDay: actions.actions / days,
    reversalsPerDay: actions.reversals / days,
    peakInstances: peak,
    p95: percentileOf(fleet.times, 0.95),
    p99: percentileOf(fleet.times, 0.99),
    changes: actions.changes,
  };
}
