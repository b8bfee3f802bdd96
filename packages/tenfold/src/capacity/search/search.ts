import type { Verdict } from "./trial.ts";

/** How a search goes about it. Rates are requests a second. */
export interface SearchOptions {
  /** The first one that is tried. */
  readonly start: number;
  readonly least: number;
  readonly most: number;
  /** The search ends when the rate that failed is at most so much above the one that passed: 1.05 is 5 %. */
  readonly precision: number;
}

/** A rate that was tried, for a short while or for a long one. */
export interface Tried {
  readonly rate: number;
  readonly isLong: boolean;
  readonly verdict: Verdict;
}

/** Why there is no higher one. */
export type Limit =
  /** The application did not keep to the limits above it. */
  | "application"
  /** The generator could not send more; what the application does is at least this. */
  | "generator"
  /** More is not tried without being told so. */
  | "most";

export type Next =
  | { readonly kind: "try"; readonly rate: number; readonly isLong: boolean }
  | { readonly kind: "found"; readonly rate: number; readonly limit: Limit }
  /** No rate keeps to the limits. */
  | { readonly kind: "none"; readonly why: string };

/** A failure is believed the second time when the generator was in the way the first time. */
const TRIES = 2;
/** How much lower it goes on when a long run refutes what short ones had found. */
const STEP_DOWN = 0.9;

interface Bounds {
  /** The highest rate that passed below those that failed; 0: none. */
  readonly passed: number;
  readonly failed: number;
  readonly limit: Limit;
  readonly why: string;
  /** Whether a long run said so. */
  readonly isHeld: boolean;
  readonly isRefuted: boolean;
}

/** What did not pass, without the first time that the generator was in the way at a rate. */
function failuresIn(tried: readonly Tried[]): Tried[] {
  const unsound = new Map<number, number>();
  return tried.filter(({ rate, verdict }) => {
    if (verdict.kind !== "unsound") return verdict.kind === "failed";
    unsound.set(rate, (unsound.get(rate) ?? 0) + 1);
    return (unsound.get(rate) ?? 0) >= TRIES;
  });
}

/** A long run has the last word on its rate and, when it passed, on all that short ones said below. */
function boundsOf(tried: readonly Tried[]): Bounds {
  const failures = failuresIn(tried);
  const refuted = Math.min(...failures.filter(({ isLong }) => isLong).map(({ rate }) => rate));
  const passes = tried.filter(({ rate, verdict }) => verdict.kind === "passed" && rate < refuted);
  const held = Math.max(0, ...passes.filter(({ isLong }) => isLong).map(({ rate }) => rate));
  const [lowest] = failures.filter(({ rate }) => rate > held).toSorted((a, b) => a.rate - b.rate);
  const failed = lowest?.rate ?? Number.POSITIVE_INFINITY;
  const isRefuted = Number.isFinite(refuted) && failed === refuted;
  // What a long run refuted is only bounded from below by another long one.
  const highest = Math.max(0, ...passes.filter(({ rate }) => rate < failed).map(({ rate }) => rate));
  const passed = isRefuted && held > 0 ? held : highest;
  const kind = lowest?.verdict.kind;
  return {
    ...{ passed, failed, isHeld: held === passed && held > 0, isRefuted },
    limit: kind === undefined ? "most" : kind === "unsound" ? "generator" : "application",
    why: lowest === undefined || lowest.verdict.kind === "passed" ? "" : lowest.verdict.why,
  };
}

/**
 * What to do next, from all that was tried: doubling until a rate fails, then halving what lies between, then a long run
 * on each side. When the lower one fails, lower ones follow; when the upper one passes, the search goes on above it.
 */
export function planSearch(tried: readonly Tried[], { start, least, most, precision }: SearchOptions): Next {
  const { passed, failed, limit, why, isHeld, isRefuted } = boundsOf(tried);
  const again = (rate: number, isLong: boolean): Next => ({ kind: "try", rate, isLong });
  const last = tried.at(-1);
  if (last === undefined) return again(Math.min(start, most), false);
  if (last.verdict.kind === "unsound" && !failuresIn(tried).includes(last)) return again(last.rate, last.isLong);
  if (isHeld && passed >= most) return { kind: "found", rate: passed, limit };
  if (isHeld && isRefuted)
    return failed <= passed * precision ? { kind: "found", rate: passed, limit } : again((passed + failed) / 2, true);
  if (isRefuted) {
    const rate = failed * STEP_DOWN;
    return rate < least ? { kind: "none", why } : again(rate, true);
  }
  if (passed === 0) return failed / 2 < least ? { kind: "none", why } : again(failed / 2, false);
  if (failed === Number.POSITIVE_INFINITY) return again(Math.min(passed * 2, most), passed >= most);
  if (failed > passed * precision) return again((passed + failed) / 2, false);
  return isHeld ? again(failed, true) : again(passed, true);
}
