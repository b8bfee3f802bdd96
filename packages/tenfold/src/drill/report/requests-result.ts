import { type Latency, latencyByPhase, type Phases } from "../check/latency.ts";
import { lengthOf, longestGap } from "../check/outage.ts";
import { countErrors, type ErrorCount } from "./errors.ts";
import type { RequestRecord } from "./evidence.ts";
import type { Span } from "./result.ts";

export interface RequestsResult {
  readonly url: string;
  readonly sent: number;
  /** No answer, or one of 500 and above. */
  readonly failed: number;
  /** Sent again, because a kept connection had been closed before anything of the answer came. */
  readonly retried: number;
  /** Answered with 429: the balancer's rate limit met the drill. */
  readonly limited: number;
  /** The longest time without an answer; `null`: there was none at all. */
  readonly outage: number | null;
  readonly latency: Phases<Latency>;
  readonly errors: readonly ErrorCount[];
}

/** Latency counts from when a request was meant to be sent, so that a stall is not hidden. */
export function buildRequests(records: readonly RequestRecord[], url: string, span: Span): RequestsResult {
  const gap = longestGap(records, span.faultAt, span.endedAt);
  return {
    url,
    sent: records.length,
    failed: records.filter(({ ending }) => ending !== "ok").length,
    retried: records.filter(({ retried }) => retried).length,
    limited: records.filter(({ status }) => status === 429).length,
    outage: gap === null ? null : lengthOf(gap),
    latency: latencyByPhase(
      records.map(({ intendedAt, latency }) => ({ at: intendedAt, took: latency })),
      span.faultAt,
      span.wholeAt,
    ),
    errors: countErrors(records),
  };
}
