import { countEndings, type EndingCounts } from "../check/ending.ts";
import { type Latency, latencyByPhase, type Phases } from "../check/latency.ts";
import { lengthOf, longestGap } from "../check/outage.ts";
import type { RedisLoads } from "../run/loads.ts";
import { countErrors, type ErrorCount } from "./errors.ts";
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

export async function buildRedis({ counters, jobs }: RedisLoads, span: Span): Promise<RedisResult> {
  const sessions = await counters.verdict();
  const done = await jobs.verdict();
  const gap = longestGap(counters.increments, span.faultAt, span.endedAt);
  return {
    commands: countEndings(counters.increments),
    commandOutage: gap === null ? null : lengthOf(gap),
    latency: latencyByPhase(
      counters.increments.map(({ startedAt, endedAt }) => ({ at: startedAt, took: endedAt - startedAt })),
      span.faultAt,
      span.wholeAt,
    ),
    sessions: {
      count: sessions.sessions,
      lost: sessions.lost.length,
      lostSteps: sessions.lostSteps,
      doubled: sessions.doubled.length,
    },
    jobs: {
      enqueued: done.enqueued,
      lost: done.lost.length,
      doneTwice: done.doneTwice.length,
      unexpected: done.unexpected.length,
    },
    errors: countErrors(counters.increments),
  };
}
