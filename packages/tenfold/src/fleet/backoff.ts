import { type Millis, millis, seconds } from "../units/millis.ts";

/** A member that ran for this long before it ended is not in a crash loop. */
export const STEADY_AFTER: Millis = seconds(10);

const LONGEST: Millis = seconds(30);

/** How long to wait before the next start: at once after a steady run, then 0.5 s, doubling up to 30 s. */
export function backoff(crashes: number): Millis {
  if (crashes <= 1) return millis(0);
  return millis(Math.min(LONGEST, 500 * 2 ** Math.min(crashes - 2, 10)));
}
