import { planSearch, type SearchOptions, type Tried } from "./search.ts";

/** A percentile of fewer says nothing. */
const LEAST_REQUESTS = 60;
/** Nobody waits longer for them, unless a run was to take longer. Seconds. */
const LONGEST_FOR_THEM = 60;
/** Near its limit a queue takes its time to become as long as it will be: a long run is preceded by so much of itself. */
export const RUN_IN = 0.5;
/** Seconds from a run that failed to the next one, and from one that passed. */
const SETTLING = 2;
const BETWEEN = 0.3;
/** Searches end where luck decides, and take more runs than one without luck. */
const LUCK = 1.3;

/** How long a rate is tried that is to be tried for so many seconds. */
export function lengthOfRun(rate: number, wished: number): number {
  return Math.max(wished, Math.min(LONGEST_FOR_THEM, LEAST_REQUESTS / rate));
}

/**
 * Seconds that are left, by what was expected of each part and how long those that are done took: where the generator is in
 * the way, runs are tried again, and what is left takes longer as well. `done`: how many parts.
 */
export function secondsLeft(expected: readonly number[], done: number, elapsed: number): number {
  const sum = (parts: readonly number[]): number => parts.reduce((total, part) => total + part, 0);
  const before = sum(expected.slice(0, done));
  return sum(expected.slice(done)) * (before === 0 ? 1 : elapsed / before);
}

/** Seconds that a search takes about, where the application does so much. */
export function lengthOfSearch(
  options: SearchOptions,
  { step, confirm }: { readonly step: number; readonly confirm: number },
  knee: number,
): number {
  const tried: Tried[] = [];
  let seconds = 0;
  for (;;) {
    const next = planSearch(tried, options);
    if (next.kind !== "try") return seconds * LUCK;
    const { rate, isLong } = next;
    const isHeld = rate <= knee;
    seconds += isLong ? lengthOfRun(rate, confirm) + confirm * RUN_IN : lengthOfRun(rate, step);
    seconds += isHeld ? BETWEEN : SETTLING;
    tried.push({ rate, isLong, verdict: isHeld ? { kind: "passed" } : { kind: "failed", why: "" } });
  }
}
