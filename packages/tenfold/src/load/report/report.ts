import type { Outcome } from "../record.ts";
import type { ReplyRule } from "../scenario/scenario.ts";
import type { TimeBucket } from "../stats/timeline.ts";

/** Milliseconds. */
export interface LatencyReport {
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p75: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface StepReport {
  readonly name: string;
  /** Requests that visits were meant to make, also when an earlier step had failed; null as for the whole run. */
  readonly intended: number | null;
  readonly requests: number;
  readonly failures: number;
  readonly latency: LatencyReport;
  /** How answers to the messages of a WebSocket are known; null for all else. */
  readonly replies: ReplyRule | null;
}

/** How the generator itself did. */
export interface GeneratorReport {
  readonly threads: number;
  /** Of the busiest thread, as a share of a core. */
  readonly cpu: number;
  /** How late requests were sent, milliseconds. */
  readonly lateness: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly loopDelay: { readonly p99: number; readonly max: number };
  readonly connectionsOpened: number;
  /** Why the figures may say more of the generator than of the server; empty when all is well. */
  readonly limits: readonly string[];
}

export interface ThresholdReport {
  readonly text: string;
  readonly isKept: boolean;
  readonly actual: number | null;
}

/** `tenfold load --json`. */
export interface LoadReport {
  readonly version: 1;
  readonly url: string;
  readonly scenario: string | null;
  readonly mode: "open" | "closed";
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  /** How long visits were to be begun, if nobody interrupts it. */
  readonly plannedSeconds: number;
  /** `false`: it was interrupted. */
  readonly isComplete: boolean;
  readonly visits: number;
  /** Ended by a step that failed. */
  readonly abandonedVisits: number;
  /** That ended, whatever came of them. */
  readonly requests: number;
  readonly failures: number;
  /** 0 to 1. */
  readonly errorRate: number;
  /** Given up by the generator, when it was interrupted; in no other figure but `outcomes`. */
  readonly cancelled: number;
  readonly retried: number;
  readonly bytes: number;
  /** Requests that visits were meant to make, whether or not they came to it; null where visitors come at their own pace. */
  readonly intended: number | null;
  /** Requests a second; `intended` is null where visitors come at their own pace. */
  readonly rate: { readonly intended: number | null; readonly answered: number };
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly errors: readonly { readonly error: string; readonly count: number }[];
  /** From when each request was intended to be sent. */
  readonly latency: LatencyReport;
  /** From when it was sent. */
  readonly serviceTime: LatencyReport;
  /** Percentile and milliseconds, for a plot of the distribution. */
  readonly distribution: readonly { readonly percent: number; readonly milliseconds: number }[];
  readonly steps: readonly StepReport[];
  readonly timeline: { readonly seconds: number; readonly buckets: readonly TimeBucket[] };
  readonly generator: GeneratorReport;
  /** How figures came about, where that is not obvious: a sentence each. */
  readonly notes: readonly string[];
  readonly thresholds: readonly ThresholdReport[];
  /** All thresholds kept, the run complete, and at least one request answered as expected. */
  readonly passed: boolean;
}
