import { cheapest } from "../optimum.ts";
import type { World } from "../world.ts";
import type { Policy } from "./policy.ts";

interface Fixed {
  readonly name: string;
  readonly foresight: true;
  readonly first: number;
  decide(): number;
}

/** The same number all the time, which somebody foresaw. */
export function fixed(name: string, count: number): Fixed {
  return { name, foresight: true, first: count, decide: () => count };
}

/**
 * Knows the need of every second, and follows the cheapest schedule for somebody who launches early enough for slow boots,
 * warming up and the time between looks. What it pays is no more than that schedule says, which is no more than any that
 * keeps an instance longer.
 */
export function clairvoyant(need: Int32Array, { boot, warm, metrics, drain, billing }: World): Policy {
  const { interval, delay } = metrics;
  const lead = Math.ceil(boot.mean * (1 + 3 * boot.variation)) + warm.seconds + 2 * interval;
  // It acts at the first look after a moment of the schedule.
  const { counts } = cheapest(need, { boot: lead, drain: drain + interval, billing, earliest: interval + delay });
  const at = (second: number): number => counts[Math.min(second, counts.length - 1)] ?? 0;
  return { name: "clairvoyant", foresight: true, first: at(0), decide: ({ second }) => at(second) };
}
