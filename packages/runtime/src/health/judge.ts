/** What came of looking at one service. */
export interface Looked {
  readonly name: string;
  readonly required: boolean;
  /** `null` when it is well. */
  readonly trouble: string | null;
  /** Since when it has been away, in milliseconds since 1970; `null` when it is well. */
  readonly awaySince: number | null;
  /** Whether it was ever well. */
  readonly met: boolean;
}

/** `degraded`: serves, but not all of it works. `unavailable`: takes no traffic. */
export type Status = "ok" | "degraded" | "unavailable";

/**
 * Whether an instance may take traffic. What is required and was never reached keeps it from beginning; once it was, it
 * may be away for as long as `patience` milliseconds, since a failover ends by itself.
 */
export function judge(looked: readonly Looked[], patience: number, now: number): Status {
  const lacking = looked.some(({ required, awaySince, met }) => {
    return required && awaySince !== null && (!met || now - awaySince > patience);
  });
  if (lacking) return "unavailable";
  return looked.some(({ trouble }) => trouble !== null) ? "degraded" : "ok";
}
