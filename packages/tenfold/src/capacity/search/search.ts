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
  readonly passed: number;
  readonly failed: number;
  readonly limit: Limit;
  readonly why: string;
}

/** The last word on each rate counts: a rate that passed a short run and failed the long one has failed. */
function boundsOf(tried: readonly Tried[]): Bounds {
  let passed = 0;
  let bounds: Omit<Bounds, "passed"> = { failed: Number.POSITIVE_INFINITY, limit: "most", why: "" };
  const unsound = new Map<number, number>();
  for (const { rate, verdict } of tried) {
    if (verdict.kind === "passed") continue;
    const times = (unsound.get(rate) ?? 0) + 1;
    unsound.set(rate, times);
    if (verdict.kind === "unsound" && times < TRIES) continue;
    if (rate >= bounds.failed) continue;
    bounds = { failed: rate, limit: verdict.kind === "failed" ? "application" : "generator", why: verdict.why };
  }
  for (const { rate, verdict } of tried)
    if (verdict.kind === "passed" && rate < bounds.failed) passed = Math.max(passed, rate);
  return { passed, ...bounds };
}

/**
 * What to do next, from all that was tried: doubling until a rate fails, then halving what lies between, then a long run
 * at the highest that passed, and lower ones when that fails.
 */
export function planSearch(tried: readonly Tried[], { start, least, most, precision }: SearchOptions): Next {
  const { passed, failed, limit, why } = boundsOf(tried);
  const last = tried.at(-1);
  if (last?.verdict.kind === "unsound" && last.rate < failed)
    return { kind: "try", rate: last.rate, isLong: last.isLong };
  if (tried.length === 0) return { kind: "try", rate: Math.min(start, most), isLong: false };
  const isConfirmed = tried.some(({ rate, isLong, verdict }) => isLong && rate === passed && verdict.kind === "passed");
  const wasRefuted = tried.some(({ rate, isLong, verdict }) => isLong && rate === failed && verdict.kind !== "passed");
  if (passed > 0 && isConfirmed && (wasRefuted || failed <= passed * precision || passed >= most))
    return { kind: "found", rate: passed, limit };
  if (wasRefuted && !isConfirmed) {
    const rate = Math.max(passed, failed * STEP_DOWN);
    return rate < least ? { kind: "none", why } : { kind: "try", rate, isLong: true };
  }
  if (passed === 0) {
    const rate = failed / 2;
    return rate < least ? { kind: "none", why } : { kind: "try", rate, isLong: false };
  }
  if (failed === Number.POSITIVE_INFINITY)
    return { kind: "try", rate: Math.min(passed * 2, most), isLong: passed >= most };
  if (failed <= passed * precision) return { kind: "try", rate: passed, isLong: true };
  return { kind: "try", rate: (passed + failed) / 2, isLong: false };
}
