/** How long to wait before a job is tried again. Milliseconds. */
export interface Backoff {
  /** After the first failure; doubled after each other one. */
  readonly first: number;
  readonly most: number;
}

/**
 * Milliseconds until the next attempt. `random` is from 0 up to 1: half of the time is spread, so that jobs that failed
 * together do not come back together.
 */
export function retryDelay({ first, most }: Backoff, failures: number, random: number): number {
  const full = Math.min(most, first * 2 ** Math.min(failures - 1, 30));
  return Math.round(full * (0.5 + random / 2));
}
