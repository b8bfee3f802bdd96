import type { Rule } from "../../scale/rules/rule.ts";
import type { WebPolicy } from "../../scale/web/policy.ts";
import { millis } from "../../units/millis.ts";
import { demandOf, type World } from "../world.ts";

/** Normal quantile: nine of ten boots take no longer than so many deviations above the mean. */
const P90 = 1.28;

/** The policy of the engine for a simulated world, which knows of it what an engine would have measured. */
export function webPolicy(world: World, thrift: WebPolicy["thrift"], rules: readonly Rule[] = []): WebPolicy {
  const { mean, variation } = world.boot;
  const warm = world.warm.seconds * (1 - world.warm.speed);
  return {
    bounds: { min: world.min, max: world.max, schedules: [], connections: world.ceiling },
    override: null,
    thrift,
    rules,
    slo: { limit: millis(world.slo.limit * 1000), late: world.slo.late },
    slots: world.slots,
    boot: millis((mean * (1 + P90 * variation) + warm) * 1000),
    cost: demandOf(world),
    errorLimit: 0.05,
  };
}
