const FIRST = 25;
const LAST = 1_000;

/**
 * Milliseconds before the next attempt to connect: from 25, doubled up to 1,000, and spread by half so that instances do
 * not come all at once. `random` is from 0 up to 1.
 */
export function backoff(attempt: number, random: number): number {
  const full = Math.min(FIRST * 2 ** Math.min(attempt, 10), LAST);
  return Math.round(full * (0.5 + random / 2));
}
