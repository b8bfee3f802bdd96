import { scaled } from "../web/forecast.ts";
import type { DemandMemory } from "../web/memory.ts";

/** The mean follows smaller changes by itself, and what they leave in the level is gone in two minutes. */
const FAR = 0.5;

/**
 * The level is kept as work. When jobs turn out to be far shorter than thought, those that have come were less work than
 * was noted. When they turn out longer it stays: often fewer come then, and those that wait are a backlog.
 */
export function inOtherSeconds(demand: DemandMemory, before: number, now: number): DemandMemory {
  const factor = now / before;
  return factor > FAR ? demand : scaled(demand, factor);
}
