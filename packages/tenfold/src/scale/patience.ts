import type { Decision, HoldReason } from "./decision.ts";

/** Samples older than this (milliseconds) are none. */
const FRESH = 30_000;
/** A longer silence between two decisions is a gap: what is short-lived starts anew. */
export const GAP = 60_000;
/** How long the number is watched before it may fall, after a start and after it grew. */
const WATCH = 600_000;
/** A growth so soon after a fall takes it back. */
const REVERSAL = 600_000;
const SHORTEST_WINDOW = 60_000;
/** Caution lengthens the window up to eight minutes; what is above this asks for more to spare instead. */
const WINDOW_CAUTION = 3;
const CAUTION_A_DAY = 0.5;

/**
 * What keeps a number from falling too soon. It may fall to the highest number that was to be kept within a window. A
 * fall that had to be taken back raises caution, and each whole step of caution doubles the window.
 */
export interface Patience {
  /** Numbers to keep, oldest first, without those that a later one exceeds. */
  readonly keeps: readonly { readonly at: number; readonly count: number }[];
  readonly grewAt: number | null;
  readonly shrankAt: number | null;
  readonly caution: number;
}

export const FRESH_PATIENCE: Patience = { keeps: [], grewAt: null, shrankAt: null, caution: 0 };

/** The sample, unless it is missing or too old to be acted on. */
export function freshSample<T extends { readonly at: number }>(sample: T | null, now: number): T | null {
  return sample !== null && now - sample.at <= FRESH ? sample : null;
}

/** Caution that the window has no use for. */
export function surplusCaution({ caution }: Patience): number {
  return Math.max(0, caution - WINDOW_CAUTION);
}

/** Notes a number to keep, and gives the highest one of the window. */
export function keepFor(
  patience: Patience,
  count: number,
  now: number,
): { readonly keep: number; readonly patience: Patience } {
  const window = SHORTEST_WINDOW * 2 ** (patience.caution - surplusCaution(patience));
  const keeps = [...patience.keeps.filter((each) => each.at > now - window && each.count > count), { at: now, count }];
  return { keep: keeps[0]?.count ?? count, patience: { ...patience, keeps } };
}

/** What holds the number whatever is to be kept. `since` is when it began to be watched without a gap. */
export function holdReason(
  { grewAt }: Patience,
  { since, now, deploying }: { readonly since: number; readonly now: number; readonly deploying: boolean },
): HoldReason | null {
  if (deploying) return "deploy";
  if (now - since < WATCH) return "restart";
  return grewAt !== null && now - grewAt < WATCH ? "growth" : null;
}

export interface Passed {
  readonly now: number;
  /** Seconds since the decision before. */
  readonly seconds: number;
  /** What a fall that is taken back adds to caution, and the most that it may reach. */
  readonly weight: number;
  readonly most: number;
}

/** What a decision teaches. */
export function afterDecision(
  patience: Patience,
  { from, target }: Decision,
  { now, seconds, weight, most }: Passed,
): Patience {
  const { shrankAt } = patience;
  const faded = Math.max(0, patience.caution - (CAUTION_A_DAY * seconds) / 86_400);
  if (target < from) return { ...patience, shrankAt: now, caution: faded };
  if (target === from) return { ...patience, caution: faded };
  const reverses = shrankAt !== null && now - shrankAt < REVERSAL;
  return { ...patience, grewAt: now, caution: reverses ? Math.min(most, faded + weight) : faded };
}
