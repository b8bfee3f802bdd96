import { type Histogram, histogram } from "../histogram.ts";
import { FRESH_PATIENCE, type Patience } from "../patience.ts";
import { NO_RULE_MEMORY, type RuleMemory } from "../rules/evaluate.ts";

/** What the demand model knows from the past. Plain data, kept in the journal: an engine that restarts goes on with it. */
export interface WebMemory {
  /** When it decided last, and since when without a gap; milliseconds since 1970. */
  readonly at: number;
  readonly since: number;
  /** Instance-seconds a request, and how many requests that was learned from (old ones forgotten). */
  readonly cost: number;
  readonly costWeight: number;
  /** Absent in memories of older versions. */
  readonly lately?: CostLately;
  readonly demand: DemandMemory | null;
  readonly drift: DriftMemory | null;
  /** How far demand exceeded its forecast, a boot ahead. */
  readonly shortfall: Histogram;
  /** Forecasts that have not come true yet, oldest first. */
  readonly pending: readonly { readonly at: number; readonly forecast: number }[];
  readonly patience: Patience;
  readonly rules: RuleMemory;
}

/** What the last looks say of the cost, beside what is learned from many. */
export interface CostLately {
  /** Oldest first. Of too few requests, several looks are one. */
  readonly looks: readonly CostLook[];
  /** Variance of what one request costs, as a share of the mean's square. */
  readonly noise: number;
  /** Looks in a row in which instances had no time to spare. */
  readonly full: number;
  /** A release was being rolled out at the last look. */
  readonly deploying: boolean;
}

/** Seconds that instances were busy, at least by what is measured and at most, and the requests that they finished. */
export interface CostLook {
  readonly busySeconds: number;
  readonly most: number;
  readonly requests: number;
}

/** Level and trend of the load (Holt), and how rough both are: variances for each instance of load. */
export interface DemandMemory {
  readonly level: number;
  /** The level before the newest two samples. */
  readonly earlier: number;
  readonly trend: number;
  readonly roughness: number;
  readonly trendRoughness: number;
  /** The last samples, newest last. */
  readonly recent: readonly number[];
}

/** Slow level and trend of the load, and how rough ten minutes of it are. */
export interface DriftMemory {
  readonly level: number;
  readonly trend: number;
  readonly roughness: number;
  /** What was foreseen for ten minutes later, oldest first. */
  readonly pending: readonly { readonly at: number; readonly load: number }[];
}

/** Knows nothing. */
export function freshWebMemory(now: number, cost: number): WebMemory {
  return {
    at: now,
    since: now,
    cost,
    costWeight: 0,
    demand: null,
    drift: null,
    shortfall: histogram(720, 0, 0.12),
    pending: [],
    patience: FRESH_PATIENCE,
    rules: NO_RULE_MEMORY,
  };
}
