import type { Anomaly } from "../check/append/history.ts";
import { type Attempt, countEndings, type EndingCounts } from "../check/ending.ts";
import { type Latency, latencyByPhase, type Phases } from "../check/latency.ts";
import { lengthOf, longestGap } from "../check/outage.ts";
import { countErrors, type ErrorCount } from "./errors.ts";
import type { PostgresEvidence } from "./evidence.ts";
import type { Span } from "./result.ts";

export interface PostgresResult {
  readonly writes: {
    readonly acknowledged: number;
    readonly failed: number;
    /** Nobody could tell whether they happened. */
    readonly unknown: number;
    /** Of those, how many did. */
    readonly surfaced: number;
    readonly lost: number;
    readonly doubled: number;
    readonly unexpected: number;
  };
  /** The longest time between two acknowledged writes; `null`: there was none at all. */
  readonly writeOutage: number | null;
  readonly latency: Phases<Latency>;
  /** Of all clients, without the conflicts that serializable transactions are to repeat. */
  readonly failedQueries: number;
  readonly unknownQueries: number;
  readonly transactions: EndingCounts;
  readonly anomalies: readonly Anomaly[];
  readonly bank: { readonly reads: number; readonly wrong: number; readonly transfers: EndingCounts };
  /** `null` without replicas. */
  readonly sessions: {
    readonly guarded: number;
    readonly breaches: number;
    readonly unguarded: number;
    readonly behind: number;
  } | null;
  readonly errors: readonly ErrorCount[];
}

/** Serializable transactions conflict, and are to be repeated by whoever sent them: no failure of the server. */
function isConflict(attempt: Attempt & { readonly code?: string }): boolean {
  return attempt.code === "40001" || attempt.code === "40P01";
}

export function buildPostgres(evidence: PostgresEvidence, span: Span): PostgresResult {
  const { inserts, inserted, transfers, bank, history, anomalies, sessions } = evidence;
  const all = [...inserts, ...transfers, ...history].filter((attempt) => !isConflict(attempt));
  const counts = countEndings(all);
  const written = countEndings(inserts);
  const gap = longestGap(inserts, span.faultAt, span.endedAt);
  return {
    writes: {
      acknowledged: written.ok,
      failed: written.failed,
      unknown: written.unknown,
      surfaced: inserted.surfaced,
      lost: inserted.lost.length,
      doubled: inserted.doubled.length,
      unexpected: inserted.unexpected.length,
    },
    writeOutage: gap === null ? null : lengthOf(gap),
    latency: latencyByPhase(
      inserts.map(({ startedAt, endedAt }) => ({ at: startedAt, took: endedAt - startedAt })),
      span.faultAt,
      span.wholeAt,
    ),
    failedQueries: counts.failed,
    unknownQueries: counts.unknown,
    transactions: countEndings(history),
    anomalies,
    bank: { ...bank, wrong: bank.wrong.length },
    sessions: sessions === null ? null : { ...sessions, breaches: sessions.breaches.length },
    errors: countErrors(all),
  };
}
