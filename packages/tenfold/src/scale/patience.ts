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
const MOST_WINDOW_CAUTION = 3;

/**
 * What keeps a number from falling too soon. It may fall to the highest number that was to be kept within a window. A
 * fall that had to be taken back raises caution, which fades by the day.
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

/** Whether the last change was a fall, so recent that growing now would take it back. */
export function wouldReverse({ grewAt, shrankAt }: Patience, now: number): boolean {
  return shrankAt !== null && now - shrankAt < REVERSAL && (grewAt === null || grewAt < shrankAt);
}

/** The window of a model that has nothing else to be cautious by: each whole step of caution doubles it. */
export function cautiousWindow({ caution }: Patience): number {
  return SHORTEST_WINDOW * 2 ** Math.min(caution, MOST_WINDOW_CAUTION);
}

/** Notes a number to keep, and gives the highest one of the window (milliseconds). */
export function keepFor(
  patience: Patience,
  count: number,
  { now, window }: { readonly now: number; readonly window: number },
): { readonly keep: number; readonly patience: Patience } {
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

/** How a model learns caution. */
export interface Caution {
  /** What a fall that is taken back adds, and the most that it may reach. */
  readonly weight: number;
  readonly most: number;
  readonly fadesADay: number;
}

/** What a decision teaches, `seconds` after the one before. */
export function afterDecision(
  patience: Patience,
  { from, target }: Decision,
  { now, seconds }: { readonly now: number; readonly seconds: number },
  { weight, most, fadesADay }: Caution,
): Patience {
  const faded = Math.max(0, patience.caution - (fadesADay * seconds) / 86_400);
  if (target < from) return { ...patience, shrankAt: now, caution: faded };
  if (target === from) return { ...patience, caution: faded };
  return {
    ...patience,
    grewAt: now,
    caution: wouldReverse(patience, now) ? Math.min(most, faded + weight) : faded,
  };
}
