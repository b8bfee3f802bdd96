import type { Profile, Segment } from "./profile.ts";

/** `even`: as regular as the rate allows. `poisson`: as independent visitors come. */
export type Spacing = "even" | "poisson";

/** Seconds into a segment at which so many arrivals have come: the inverse of its rate's integral. */
function secondsInto({ seconds, from, to }: Segment, arrivals: number): number {
  // Who comes first comes at once, also where the rate begins at 0 and the quotient below is none.
  if (arrivals <= 0) return 0;
  const slope = (to - from) / seconds;
  const root = Math.sqrt(Math.max(0, from * from + 2 * slope * arrivals));
  // The form of the solution that does not subtract what is nearly equal, and holds for a slope of 0 as well.
  return (2 * arrivals) / (from + root);
}

/**
 * When each arrival is due, in milliseconds from the start, ascending. Lazily made: a long run takes no memory.
 * `random` is used for `poisson` only: the unit-rate process is stretched along the integral of the rate.
 */
export function* arrivalTimes(profile: Profile, spacing: Spacing, random: () => number): Generator<number, void, void> {
  const gap = (): number => (spacing === "even" ? 1 : -Math.log(1 - random()));
  // Arrivals counted from the start of the run: where the next one is, and where the segment began.
  let next = spacing === "even" ? 0 : gap();
  let before = 0;
  let start = 0;
  for (const segment of profile) {
    const total = ((segment.from + segment.to) / 2) * segment.seconds;
    // What rounding adds to a sum must not add an arrival at the very end.
    while (next < before + total - 1e-9) {
      yield (start + secondsInto(segment, next - before)) * 1_000;
      next += gap();
    }
    before += total;
    start += segment.seconds;
  }
}
