import type { Attempt } from "./ending.ts";

/** A time in which nothing was acknowledged, in milliseconds since 1970. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  /** Nothing was acknowledged after it. */
  readonly open: boolean;
}

/**
 * The longest time between two acknowledgements that ends after `since`; up to `until` when none follows. `null` when
 * nothing was acknowledged at all.
 */
export function longestGap(attempts: readonly Attempt[], since: number, until: number): Gap | null {
  const acknowledged = attempts
    .flatMap(({ ending, endedAt }) => (ending === "ok" ? [endedAt] : []))
    .sort((a, b) => a - b);
  const first = acknowledged[0];
  if (first === undefined) return null;
  let longest: Gap = { from: first, to: first, open: false };
  const consider = (gap: Gap): void => {
    if (gap.to > since && gap.to - gap.from > longest.to - longest.from) longest = gap;
  };
  let before = first;
  for (const at of acknowledged) {
    consider({ from: before, to: at, open: false });
    before = at;
  }
  consider({ from: before, to: until, open: true });
  return longest;
}

export function lengthOf({ from, to }: Gap): number {
  return to - from;
}
