/**
 * How an operation ended, as far as its client can know. `unknown`: it may have happened or not, as when a connection
 * broke after a COMMIT was sent, or a server stopped waiting for its replicas.
 */
export type Ending = "ok" | "failed" | "unknown";

/** When a client sent something, when it knew more, and what. Times in milliseconds since 1970, with fractions. */
export interface Attempt {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly ending: Ending;
  /** What was told when it did not end well. */
  readonly error?: string;
}

export interface EndingCounts {
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
}

export function countEndings(attempts: readonly Attempt[]): EndingCounts {
  const counts = { ok: 0, failed: 0, unknown: 0 };
  for (const { ending } of attempts) counts[ending] += 1;
  return counts;
}
