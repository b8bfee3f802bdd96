import type { DemandMemory } from "./memory.ts";

/** Memory of the level, seconds: that of the web tier, whose queues are short. */
const LEVEL_SECONDS = 37;
const TREND_SECONDS = 60;
const ROUGHNESS_SECONDS = 1800;
/** A trend counts when it exceeds so much of its usual noise. */
const REAL_TREND = 1;
/** The newest samples, whose mean is the load now; a level that lags behind them counts so many deviations less. */
const NEWEST = 3;
const NEWEST_DEVIATIONS = 0.85;
/** A rise is a surge when two samples exceed what was known before by so many deviations of one, and by so much of it. */
const SURGE_DEVIATIONS = 5;
const SURGE_SHARE = 0.1;
const SURGE_LEAST = 0.25;
/** The first of the two need not yet have come all the way. */
const SURGE_FIRST = 0.5;
/** A surge whose newest slope is less than this share of the one before, or that rises by less than this of itself, was a step. */
const SURGE_SLACKENS = 0.5;
const SURGE_GOES_ON = 0.15;
/** A surge is thought to go on a little faster than it began. */
const SURGE_GAIN = 1.2;
const SMALLEST = 0.2;
/** A price that moves by less from one look to the next is the noise of learning it. */
const REPRICED = 0.1;

/** What the load was, is and will be, in instances kept busy. */
export interface Forecast {
  readonly memory: DemandMemory;
  /** Mean of the newest samples. */
  readonly now: number;
  /** At `horizon`, without what chance adds. */
  readonly expected: number;
  /** The same if the rise of the last samples goes on; `null` when there is no surge. */
  readonly surge: number | null;
}

/** Of something new, what a memory of `time` takes up in `seconds`. */
export function share(seconds: number, time: number): number {
  return 1 - Math.exp(-seconds / time);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function startDemand(load: number): DemandMemory {
  return { level: load, earlier: load, trend: 0, roughness: 0.01, trendRoughness: 2e-6, recent: [] };
}

/**
 * What is known of the load where each request costs `times` as much as before, so that dearer ones are no rise that
 * could go on; as far as the load itself (`load`, at the new price) has moved, for there may be fewer of them.
 */
export function reprice(demand: DemandMemory, times: number, load: number): DemandMemory {
  if (Math.abs(times - 1) < REPRICED) return demand;
  const moved = load / Math.max(SMALLEST, demand.level);
  const ratio = Math.min(Math.max(1, times), Math.max(Math.min(1, times), moved));
  return scaled(demand, ratio);
}

/** The same load in another measure: so many times as much. */
export function scaled(demand: DemandMemory, ratio: number): DemandMemory {
  return {
    level: demand.level * ratio,
    earlier: demand.earlier * ratio,
    trend: demand.trend * ratio,
    roughness: demand.roughness * ratio,
    trendRoughness: demand.trendRoughness * ratio,
    recent: demand.recent.map((load) => load * ratio),
  };
}

export interface ForecastTimes {
  /** Since the step before. */
  readonly seconds: number;
  readonly horizon: number;
  /** Memory of the level; that of the web tier when absent. */
  readonly memory?: number;
}

/** One step; all times are in seconds. */
export function forecast(
  before: DemandMemory,
  load: number,
  { seconds, horizon, memory = LEVEL_SECONDS }: ForecastTimes,
): Forecast {
  const base = Math.max(SMALLEST, before.level);
  const level = before.level + share(seconds, memory) * (load - before.level);
  const slope = (level - before.level) / seconds;
  const trend = before.trend + share(seconds, TREND_SECONDS) * (slope - before.trend);
  const recent = [...before.recent, load].slice(-NEWEST);
  const newest = mean(recent);
  // Deviations are taken from what was known before this sample, and bounded, so that a surge does not hide the next.
  const deviation = Math.sqrt(before.roughness * base);
  const learn = share(seconds, ROUGHNESS_SECONDS);
  const square = Math.min((load - before.level) ** 2 / base, 9 * before.roughness);
  const trendSquare = Math.min(trend ** 2 / base, 9 * before.trendRoughness);
  const isReal = trend > REAL_TREND * Math.sqrt(before.trendRoughness * base);
  const rise = isReal ? trend * horizon : 0;
  const least = Math.max(SURGE_DEVIATIONS * deviation, SURGE_SHARE * base, SURGE_LEAST);
  return {
    memory: {
      level,
      earlier: before.level,
      trend,
      roughness: Math.max(1e-4, before.roughness + learn * (square - before.roughness)),
      trendRoughness: Math.max(1e-8, before.trendRoughness + learn * (trendSquare - before.trendRoughness)),
      recent,
    },
    now: newest,
    expected: Math.max(level, newest - (NEWEST_DEVIATIONS * deviation) / Math.sqrt(NEWEST)) + rise,
    surge: surgeOf(recent, before.earlier, { least, seconds, horizon }),
  };
}

/**
 * Where a surge leads. One sample alone may be a burst that has ended before an instance could help. The lesser of the
 * slopes of one and of two samples goes on: a step has none any more with its second sample, so it is not taken for a ramp.
 */
function surgeOf(
  recent: readonly number[],
  earlier: number,
  { least, seconds, horizon }: { readonly least: number; readonly seconds: number; readonly horizon: number },
): number | null {
  const [older, old, last] = recent;
  if (older === undefined || old === undefined || last === undefined) return null;
  if (last - earlier <= least || old - earlier <= SURGE_FIRST * least) return null;
  const newest = last - old;
  const both = last - older;
  const goesOn = newest > SURGE_SLACKENS * (both / 2) && both > SURGE_GOES_ON * (last - earlier);
  const slope = goesOn ? Math.min(newest, both / 2) / seconds : 0;
  return last + SURGE_GAIN * slope * horizon;
}
