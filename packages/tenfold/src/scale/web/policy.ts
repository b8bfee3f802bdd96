import type { Rule } from "../../spec/scaling/rule.ts";
import type { Millis } from "../../units/millis.ts";
import type { Bounds, Override } from "../bounds.ts";

/** How much is paid against being late. */
export type Thrift = "cheap" | "safe";

/** What the user wants of the web tier, and what was measured of it. */
export interface WebPolicy {
  readonly bounds: Bounds;
  readonly override: Override | null;
  readonly thrift: Thrift | Tuning;
  /** Where there are rules, they decide instead of the demand model. */
  readonly rules: readonly Rule[];
  /** At most a share of `late` of the requests may take longer than `limit`. */
  readonly slo: { readonly limit: Millis; readonly late: number };
  /** Requests that one instance works on at once: its CPU cores for CPU-bound work, its bounded concurrency otherwise. */
  readonly slots: number;
  /** From launch to full speed: the 90th percentile of what was measured, or an estimate before. */
  readonly boot: Millis;
  /** Instance-seconds that a request costs, before it was measured. */
  readonly cost: number;
  /** Share of failed answers above which the number does not fall. */
  readonly errorLimit: number;
}

/** The constants of the demand model; the two sets were chosen on the tuning traces of docs/benchmarks-scale.md. */
export interface Tuning {
  /** Share of the forecasts that the margin covers. */
  readonly covered: number;
  /** How busy instances may be, of what they can do. */
  readonly fill: number;
  /** Share of the time limit that sizing uses. */
  readonly limitShare: number;
}

export function tuningOf({ thrift }: Pick<WebPolicy, "thrift">): Tuning {
  return typeof thrift === "string" ? TUNINGS[thrift] : thrift;
}

const TUNINGS: Readonly<Record<Thrift, Tuning>> = {
  cheap: { covered: 0.975, fill: 0.955, limitShare: 0.95 },
  safe: { covered: 0.985, fill: 0.9, limitShare: 0.8 },
};
