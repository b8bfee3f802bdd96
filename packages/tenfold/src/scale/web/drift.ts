import { share } from "./forecast.ts";
import type { DriftMemory } from "./memory.ts";

/** Memory of the slow level and of its trend, seconds. */
const LEVEL_SECONDS = 140;
const TREND_SECONDS = 1800;
/** A fall looks so far ahead: nothing may have to be taken back within it. */
const AHEAD_SECONDS = 600;
/** A rise is thought to go on for so long, a decline for less. */
const RISES_SECONDS = 540;
const DECLINES_SECONDS = 145;
/** How often what was foreseen is compared with what came, and the memory of how far they lay apart. */
const COMPARE_SECONDS = 30;
const ROUGHNESS_SECONDS = 24_000;
/** One comparison counts at most as so many deviations. */
const MOST_DEVIATIONS = 2.2;
/** Deviations grow with this power of the load's square: chance alone would be 1, a share of the load 2. */
const SPREAD = 1.5;
/** The slow level lies at most so many deviations from the level. */
const FARTHEST = 3;
const SMALLEST = 0.2;
const FIRST_ROUGHNESS = 0.02;

/** Where the load will be for the next ten minutes, in instances kept busy. */
export interface Drift {
  readonly memory: DriftMemory;
  readonly expected: number;
  /** How far off that usually is. */
  readonly deviation: number;
}

export function startDrift(load: number): DriftMemory {
  return { level: load, trend: 0, roughness: FIRST_ROUGHNESS, pending: [] };
}

/** What was learned of how far off forecasts are, without what was known of the load itself. */
export function restartDrift({ roughness }: DriftMemory, load: number): DriftMemory {
  return { ...startDrift(load), roughness };
}

/**
 * One step of `seconds` to `now` (milliseconds). The slow level follows the load; `level`, which is faster, says where it
 * may lie at most, and what came of what was foreseen.
 */
export function drift(
  before: DriftMemory,
  { load, level }: { readonly load: number; readonly level: number },
  now: number,
  seconds: number,
): Drift {
  const scale = Math.max(SMALLEST, level) ** SPREAD;
  const deviation = Math.sqrt(before.roughness * scale);
  const carried = before.level + before.trend * seconds;
  const followed = carried + share(seconds, LEVEL_SECONDS) * (load - carried);
  const farthest = FARTHEST * deviation;
  const slow = Math.min(level + farthest, Math.max(level - farthest, followed));
  const trend = before.trend + share(seconds, TREND_SECONDS) * ((slow - before.level) / seconds - before.trend);
  const [due] = before.pending;
  const isDue = due !== undefined && now - due.at >= AHEAD_SECONDS * 1000;
  const pending = isDue ? before.pending.slice(1) : before.pending;
  const newest = pending.at(-1);
  const isNext = newest === undefined || now - newest.at >= COMPARE_SECONDS * 1000;
  const foreseen = { at: now, load: Math.max(0, slow + trend * AHEAD_SECONDS) };
  return {
    memory: {
      level: slow,
      trend,
      roughness: isDue ? learned(before.roughness, level - due.load, scale) : before.roughness,
      pending: isNext ? [...pending, foreseen] : pending,
    },
    expected: Math.max(0, slow + trend * (trend > 0 ? RISES_SECONDS : DECLINES_SECONDS)),
    deviation,
  };
}

function learned(roughness: number, error: number, scale: number): number {
  const bounded = Math.min(error ** 2 / scale, MOST_DEVIATIONS ** 2 * roughness);
  return Math.max(1e-4, roughness + share(COMPARE_SECONDS, ROUGHNESS_SECONDS) * (bounded - roughness));
}
