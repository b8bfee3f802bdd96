/** What workers did: seconds that they were busy, and jobs that they finished in them. */
export interface Work {
  readonly busySeconds: number;
  readonly jobs: number;
}

export const NO_WORK: Work = { busySeconds: 0, jobs: 0 };

/** Work of looks in a row in which jobs took longer, or shorter, than is believed. */
export interface Run extends Work {
  /** Jobs that were in hand when it began: a part of their work was done before. */
  readonly inHand: number;
  /** How many of the looks say so by themselves. */
  readonly looks: number;
}

/** What is believed of a job. */
export interface Belief {
  readonly jobSeconds: number;
  /** Variance of what single jobs take, relative to its mean squared. */
  readonly spread: number;
}

/** A run ends when its mean differs by less than this factor: the long memory follows such changes. */
const DRIFT = 1.25;
/** Fewer jobs are no evidence of longer ones. */
const LEAST_JOBS = 3;
const LEAST_LOOKS = 2;
/** Busy seconds by which a run has to differ: a look that happens to catch a short job in hand counts it as five. */
const LEAST_SECONDS = 15;
/** Deviations of one job that a run of any length has to differ by. A single job can take very long, none less than nothing. */
const MORE_THAN_FREAK = 40;
const LESS_THAN_FEW = 10;
/** Deviations of the run's sum that it has to differ by as well. */
const MORE_DEVIATIONS = 6;
const LESS_DEVIATIONS = 4;
const SPREAD_LEAST = 0.25;
const SPREAD_MOST = 100;
/** What one look counts, and by what factor of what is known it may exceed it: a change must not hide as noise. */
const SPREAD_SHARE = 1 / 30;
const SPREAD_BOUND = 25;

export const FRESH_SPREAD = 1;

export function together(one: Work, other: Work): Work {
  return { busySeconds: one.busySeconds + other.busySeconds, jobs: one.jobs + other.jobs };
}

/** Whether so many jobs differ by far more than chance explains, `seconds` in sum. */
function isFar(
  { jobSeconds, spread }: Belief,
  { seconds, jobs, least, deviations }: Readonly<Record<"seconds" | "jobs" | "least" | "deviations", number>>,
): boolean {
  const noise = jobSeconds * Math.sqrt(spread) * Math.max(least, deviations * Math.sqrt(jobs));
  return seconds > Math.max(LEAST_SECONDS, noise);
}

/** Whether jobs took far longer than believed. Those that are still in hand count as if they had ended. */
export function isFarLonger({ busySeconds, jobs }: Work, belief: Belief, inHand: number): boolean {
  const all = jobs + inHand;
  if (all < LEAST_JOBS) return false;
  const seconds = busySeconds - all * belief.jobSeconds;
  return isFar(belief, { seconds, jobs: all, least: MORE_THAN_FREAK, deviations: MORE_DEVIATIONS });
}

/** Whether it is to be believed from now on: one very long job in one look is no change. */
export function haveBecomeLonger(run: Run, belief: Belief, inHand: number): boolean {
  return run.jobs >= LEAST_JOBS && run.looks >= LEAST_LOOKS && isFarLonger(run, belief, inHand);
}

/** Whether jobs took far shorter than believed. Those in hand at the beginning may have been all but done. */
export function isFarShorter({ busySeconds, jobs, inHand }: Omit<Run, "looks">, belief: Belief): boolean {
  const seconds = (jobs - inHand) * belief.jobSeconds - busySeconds;
  return isFar(belief, { seconds, jobs, least: LESS_THAN_FEW, deviations: LESS_DEVIATIONS });
}

/**
 * Adds a look to a run in which jobs are longer than believed, or shorter; `null` when it is none. A look that says the
 * opposite ends it: among short jobs, a very long one is no change.
 */
export function goOn(
  run: Run | null,
  look: Omit<Run, "looks">,
  direction: "longer" | "shorter",
  { jobSeconds }: Belief,
): Run | null {
  const factor = ({ busySeconds, jobs }: Work): number => {
    const ratio = busySeconds / jobs / jobSeconds;
    return direction === "longer" ? ratio : 1 / ratio;
  };
  if (factor(look) * DRIFT < 1) return null;
  const looks = (run?.looks ?? 0) + (factor(look) > DRIFT ? 1 : 0);
  const all = run === null ? look : { ...together(run, look), inHand: run.inHand };
  return factor(all) > DRIFT ? { ...all, looks } : null;
}

/** The spread after one more look. */
export function learnSpread({ jobSeconds, spread }: Belief, { busySeconds, jobs }: Work): number {
  const square = jobs * (busySeconds / jobs / jobSeconds - 1) ** 2;
  const learned = spread + SPREAD_SHARE * (Math.min(square, SPREAD_BOUND * spread) - spread);
  return Math.min(SPREAD_MOST, Math.max(SPREAD_LEAST, learned));
}
