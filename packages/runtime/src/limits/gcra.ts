/** So many in so long, `burst` of them at once. `interval` is the time between two, in milliseconds. */
export interface Rate {
  readonly limit: number;
  readonly interval: number;
  readonly burst: number;
}

/** What came of asking for admission. Times in milliseconds from now. */
export interface Decision {
  readonly allowed: boolean;
  /** How many more would be admitted at once. */
  readonly remaining: number;
  /** 0 when it is allowed. */
  readonly retryAfter: number;
  /** Until the whole burst is there again. */
  readonly reset: number;
}

/** A decision, and the theoretical arrival time to keep: until then the rate is used up to some extent. */
export interface Outcome {
  readonly decision: Decision;
  readonly arrival: number;
  readonly granted: number;
}

/**
 * The generic cell rate algorithm: `arrival` is when the next would come if all came evenly. Grants `cost` or nothing, and
 * as much of `extra` as there is beyond. The script in `script.ts` does the same by the server's clock.
 */
export function decide(
  rate: Rate,
  arrival: number | null,
  now: number,
  { cost, extra }: { readonly cost: number; readonly extra: number },
): Outcome {
  const { interval, burst } = rate;
  const from = Math.max(arrival ?? now, now);
  const free = burst - (from - now) / interval;
  // A little less than whole counts as whole: times are no exact multiples of the interval.
  const available = Math.floor(free + 1e-6);
  if (available < cost) {
    const retryAfter = (cost - free) * interval;
    const decision = { allowed: false, remaining: Math.max(0, available), retryAfter, reset: from - now };
    return { decision, arrival: from, granted: 0 };
  }
  const granted = Math.min(available, cost + extra);
  const next = from + granted * interval;
  const decision = { allowed: true, remaining: available - granted, retryAfter: 0, reset: next - now };
  return { decision, arrival: next, granted };
}
