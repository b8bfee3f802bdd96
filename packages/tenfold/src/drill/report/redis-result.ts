import { countEndings, type EndingCounts } from "../check/ending.ts";
import { type Latency, latencyByPhase, type Phases } from "../check/latency.ts";
import { lengthOf, longestGap } from "../check/outage.ts";
import { countErrors, type ErrorCount } from "./errors.ts";
import type { RedisEvidence } from "./evidence.ts";
import type { Span } from "./result.ts";

export interface RedisResult {
  readonly commands: EndingCounts;
  /** The longest time between two acknowledged commands; `null`: there was none at all. */
  readonly commandOutage: number | null;
  readonly latency: Phases<Latency>;
  readonly sessions: {
    readonly count: number;
    readonly lost: number;
    readonly lostSteps: number;
    readonly doubled: number;
  };
  readonly jobs: {
    readonly enqueued: number;
    readonly lost: number;
    readonly doneTwice: number;
    readonly unexpected: number;
  };
  readonly errors: readonly ErrorCount[];
}

export function buildRedis({ increments, counters, jobs }: RedisEvidence, span: Span): RedisResult {
  const gap = longestGap(increments, span.faultAt, span.endedAt);
  return {
    commands: countEndings(increments),
    commandOutage: gap === null ? null : lengthOf(gap),
    latency: latencyByPhase(
      increments.map(({ startedAt, endedAt }) => ({ at: startedAt, took: endedAt - startedAt })),
      span.faultAt,
      span.wholeAt,
    ),
    sessions: {
      count: counters.sessions,
      lost: counters.lost.length,
      lostSteps: counters.lostSteps,
      doubled: counters.doubled.length,
    },
    jobs: {
      enqueued: jobs.enqueued,
      lost: jobs.lost.length,
      doneTwice: jobs.doneTwice.length,
      unexpected: jobs.unexpected.length,
    },
    errors: countErrors(increments),
  };
}
