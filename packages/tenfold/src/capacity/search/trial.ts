/** A run at one rate, as it was seen from outside. */
export interface Trial {
  /** Requests a second that were intended. */
  readonly rate: number;
  readonly seconds: number;
  readonly requests: number;
  /** Requests a second that were answered as expected. */
  readonly answered: number;
  /** Milliseconds, from the intended send. */
  readonly p50: number;
  readonly p95: number;
  /** 0 to 1. */
  readonly errorRate: number;
  /** What was in flight, over the time in which requests were sent. */
  readonly inFlight: readonly number[];
  /** Why the figures may say more of the generator than of the server; empty when all is well. */
  readonly generator: readonly string[];
}

/** What an application has to keep to. */
export interface Objective {
  /** Milliseconds. */
  readonly p95: number;
  /** 0 to 1. */
  readonly errors: number;
  /** The share of what was intended that has to be answered, 0 to 1. */
  readonly achieved: number;
}

/** Keeps to the limits, does not, or says nothing of the server. */
export type Verdict =
  | { readonly kind: "passed" }
  | { readonly kind: "failed"; readonly why: string }
  | { readonly kind: "unsound"; readonly why: string };

/** A growth of less than so many requests is noise. */
const LEAST_GROWTH = 4;

/**
 * Whether what is in flight grows all the time: more comes than goes, although a short run may still keep to its
 * latency. The growth over the run has to be large beside the mean, and a straight line has to explain most of it.
 */
export function isTrending(inFlight: readonly number[]): boolean {
  const count = inFlight.length;
  if (count < 4) return false;
  const mean = inFlight.reduce((sum, value) => sum + value, 0) / count;
  const middle = (count - 1) / 2;
  let cross = 0;
  let across = 0;
  let spread = 0;
  for (const [at, value] of inFlight.entries()) {
    cross += (at - middle) * (value - mean);
    across += (at - middle) ** 2;
    spread += (value - mean) ** 2;
  }
  if (spread === 0) return false;
  const growth = (cross / across) * (count - 1);
  return growth > Math.max(LEAST_GROWTH, mean) && cross ** 2 / (across * spread) > 0.5;
}

function figure(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** Holds a run against the limits. What the generator could not send says nothing of the server. */
export function judgeTrial(trial: Trial, objective: Objective): Verdict {
  const [limit] = trial.generator;
  const misses: string[] = [];
  const achieved = trial.answered / trial.rate;
  if (trial.errorRate > objective.errors)
    misses.push(`${figure(trial.errorRate * 100)} % failed, where ${figure(objective.errors * 100)} % may`);
  if (trial.p95 > objective.p95) misses.push(`p95 was ${figure(trial.p95)} ms, where ${figure(objective.p95)} may be`);
  if (achieved < objective.achieved)
    misses.push(`${figure(achieved * 100)} % of what was intended was answered in time`);
  if (isTrending(trial.inFlight)) misses.push("more and more was in flight");
  const [why] = misses;
  if (why === undefined) return { kind: "passed" };
  return limit === undefined ? { kind: "failed", why } : { kind: "unsound", why: limit };
}
