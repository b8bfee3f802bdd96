import type { DemandMemory } from "./memory.ts";

/** Memory of the level, seconds: that of the web tier, whose queues are short. */
const LEVEL_SECONDS = 30;
const TREND_SECONDS = 60;
const ROUGHNESS_SECONDS = 1800;
/** A rise is a surge when the last samples exceed the level by so many of their deviations, and by so much of it. */
const SURGE_DEVIATIONS = 3;
const SURGE_SHARE = 0.1;
const SURGE_LEAST = 0.2;
const SURGE_SECONDS = 40;
/** The newest samples, whose mean is the load now, and those before that a surge's slope is taken from. */
const NEWEST = 3;
const BEFORE = 6;
const SMALLEST = 0.2;

/** What the load was, is and will be, in instances kept busy. */
export interface Forecast {
  readonly memory: DemandMemory;
  /** Mean of the newest samples. */
  readonly now: number;
  /** At `horizon`, without what chance adds. */
  readonly expected: number;
  /** The same if the rise of the last half minute goes on; `null` when there is no surge. */
  readonly surge: number | null;
}

function share(seconds: number, time: number): number {
  return 1 - Math.exp(-seconds / time);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function startDemand(load: number): DemandMemory {
  return { level: load, trend: 0, roughness: 0.01, trendRoughness: 2e-6, recent: [], surgeUntil: 0 };
}

export interface ForecastTimes {
  /** Since the step before. */
  readonly seconds: number;
  readonly horizon: number;
  /** Memory of the level; 30 when absent. */
  readonly memory?: number;
}

/** One step to `now` (milliseconds); all other times are in seconds. */
export function forecast(
  before: DemandMemory,
  load: number,
  now: number,
  { seconds, horizon, memory = LEVEL_SECONDS }: ForecastTimes,
): Forecast {
  const base = Math.max(SMALLEST, before.level);
  const level = before.level + share(seconds, memory) * (load - before.level);
  const slope = (level - before.level) / seconds;
  const trend = before.trend + share(seconds, TREND_SECONDS) * (slope - before.trend);
  const recent = [...before.recent, load].slice(-(NEWEST + BEFORE));
  const newest = mean(recent.slice(-NEWEST));
  // Deviations are taken from what was known before this sample, and bounded, so that a surge does not hide the next.
  const deviation = Math.sqrt((before.roughness * base) / NEWEST);
  const learn = share(seconds, ROUGHNESS_SECONDS);
  const square = Math.min((load - before.level) ** 2 / base, 9 * before.roughness);
  const trendSquare = Math.min(trend ** 2 / base, 9 * before.trendRoughness);
  const above = newest - before.level;
  const surges = above > SURGE_DEVIATIONS * deviation && above > SURGE_SHARE * base && above > SURGE_LEAST;
  const surgeUntil = surges ? now + SURGE_SECONDS * 1000 : before.surgeUntil;
  const isReal = trend > Math.sqrt(before.trendRoughness * base);
  const rise = isReal ? trend * horizon : 0;
  const then = recent.length > BEFORE ? mean(recent.slice(0, recent.length - BEFORE)) : (recent[0] ?? load);
  return {
    memory: {
      level,
      trend,
      roughness: Math.max(1e-4, before.roughness + learn * (square - before.roughness)),
      trendRoughness: Math.max(1e-8, before.trendRoughness + learn * (trendSquare - before.trendRoughness)),
      recent,
      surgeUntil,
    },
    now: newest,
    expected: Math.max(level, newest - deviation) + rise,
    surge: now < surgeUntil ? newest + (Math.max(0, newest - then) * horizon) / (BEFORE * seconds) : null,
  };
}
