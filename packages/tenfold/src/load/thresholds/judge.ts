import type { Tally } from "../stats/tally.ts";
import type { Threshold } from "./threshold.ts";

/** What a threshold is judged by. */
export interface Measured {
  readonly total: Tally;
  readonly steps: ReadonlyMap<string, Tally>;
  /** Seconds that the load lasted. */
  readonly seconds: number;
}

export interface Verdict {
  readonly threshold: Threshold;
  readonly isKept: boolean;
  /** In the unit of the limit; `null`: nothing was measured, and the threshold is not kept. */
  readonly actual: number | null;
}

/** Latencies in milliseconds, shares from 0 to 1, counts, and requests a second. */
function measure({ metric }: Threshold, tally: Tally, { seconds }: Measured): number | null {
  if (tally.requests === 0) return null;
  switch (metric.kind) {
    case "percentile":
      return tally.latency.percentile(metric.percent);
    case "max":
      return tally.latency.max;
    case "mean":
      return tally.latency.mean;
    case "errors":
      return metric.as === "share" ? tally.errorRate : tally.failures;
    case "rate":
      return metric.as === "count" ? tally.outcomes.ok / seconds : tally.answeredShare;
    default:
      return metric satisfies never;
  }
}

function keeps(actual: number, { comparison, limit }: Threshold): boolean {
  switch (comparison) {
    case "<":
      return actual < limit;
    case "<=":
      return actual <= limit;
    case ">":
      return actual > limit;
    case ">=":
      return actual >= limit;
    default:
      return comparison satisfies never;
  }
}

/** Judges thresholds. What cannot be measured is not kept: a check that saw nothing has not passed. */
export function judge(thresholds: readonly Threshold[], measured: Measured): Verdict[] {
  return thresholds.map((threshold) => {
    const tally = threshold.step === null ? measured.total : measured.steps.get(threshold.step);
    const actual = tally === undefined ? null : measure(threshold, tally, measured);
    return { threshold, actual, isKept: actual !== null && keeps(actual, threshold) };
  });
}
