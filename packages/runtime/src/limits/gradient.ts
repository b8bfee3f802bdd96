/** How the limit moves. */
export interface GradientRules {
  readonly min: number;
  readonly max: number;
  /** So much slower than usual a window may be before the limit is lowered: 1.5 is half as slow again. */
  readonly tolerance: number;
}

/** `usual` is the long-term time of a request in milliseconds, `null` before the first window. */
export interface GradientState {
  readonly limit: number;
  readonly usual: number | null;
}

/** What a window of time has shown. */
export interface Window {
  /** Mean time of a request, in milliseconds. */
  readonly mean: number;
  /** The most that were under way at once. */
  readonly inFlight: number;
}

/** Windows over which the usual time is averaged. */
const MEMORY = 10;
const SMOOTHING = 0.2;
/** Requests that may wait inside without being slow. */
const QUEUE = 4;
/** So few hardly wait for each other: their time is what a request takes. */
const FEW = 3 * QUEUE;

/**
 * The next limit, after Netflix' Gradient2: as long as a window is about as fast as usual, the limit grows a little; when
 * requests get slower, they wait for each other, and it shrinks in that proportion, at most by half.
 *
 * The usual time follows what is faster at once, but what is slower only while few are under way. Were it averaged over
 * all windows, waiting in a long rush would become usual, and the limit would grow without end. When requests themselves
 * have got slower, the limit comes down to few, the usual time is learnt anew, and the limit grows again.
 */
export function nextLimit(rules: GradientRules, { limit, usual }: GradientState, window: Window): GradientState {
  const unhurried = window.inFlight < limit / 2 || window.inFlight <= FEW;
  const before = usual ?? window.mean;
  const after = window.mean < before || unhurried ? before + (window.mean - before) / MEMORY : before;
  // A limit that is not reached says nothing.
  if (window.inFlight < limit / 2) return { limit, usual: after };
  const gradient = Math.max(0.5, Math.min(1, (rules.tolerance * after) / window.mean));
  const smooth = limit * (1 - SMOOTHING) + (limit * gradient + QUEUE) * SMOOTHING;
  return { limit: Math.max(rules.min, Math.min(rules.max, smooth)), usual: after };
}
