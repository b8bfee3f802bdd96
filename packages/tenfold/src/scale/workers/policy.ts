import type { Rule } from "../../spec/scaling/rule.ts";
import type { Millis } from "../../units/millis.ts";
import type { Bounds, Override } from "../bounds.ts";

/** What the user wants of the workers of one queue, and what was measured of them. */
export interface WorkerPolicy {
  /** A minimum of 0 lets them all stop when nothing is queued or in flight. */
  readonly bounds: Bounds;
  readonly override: Override | null;
  /** Where the queue is not looked at, the number is the lowest that the bounds allow now. */
  readonly watched: boolean;
  /** Where there are rules, they decide instead of the model. */
  readonly rules: readonly Rule[];
  /** A job should not wait longer. */
  readonly limit: Millis;
  /** Jobs that one worker works on at once. */
  readonly slots: number;
  /** From launch to the first job: the 90th percentile of what was measured, or an estimate before. */
  readonly boot: Millis;
  /** Seconds that a job takes, before it was measured; `null`: nobody has said. */
  readonly jobSeconds: number | null;
  /** How long there must be nothing to do before the last worker stops. */
  readonly idle: Millis;
  /** Whoever is asked to end finishes its job first: the last one may be asked without knowing whether it has one. */
  readonly finishes: boolean;
}

/** What was seen of a queue since the sample before. Rates are a second. */
export interface WorkerSample {
  /** When it was seen, milliseconds since 1970. */
  readonly at: number;
  /** Jobs that were put into the queue; where they are not counted, by how many more there are now (below 0: fewer). */
  readonly arrivals: number;
  /**
   * Only where arrivals are not counted: jobs that were worked on, on average. They are work that came as well, and how
   * many jobs it was does not matter.
   */
  readonly busy?: number;
  /** Jobs that wait now. */
  readonly queued: number;
  /** Jobs that are being worked on now; `null` where nobody knows. */
  readonly inFlight: number | null;
  /** How long the oldest waiting job has waited, milliseconds; `null` where the queue does not tell. */
  readonly oldest: number | null;
  /** Milliseconds until the next job is due that was put in for later; `null`: there is none, or nobody knows. */
  readonly due: number | null;
  /**
   * Seconds that workers were busy, and jobs that they finished in that time; `null` where it is not known. Below 0: some
   * that counted as finished were not.
   */
  readonly work: { readonly busySeconds: number; readonly jobs: number } | null;
}

/** The workers as they are now. */
export interface WorkerCounts {
  /** How many there should be, by the last decision or by hand. */
  readonly wanted: number;
  readonly ready: number;
  readonly starting: number;
  /** Of those that are ready, the ones with a job. They are never stopped. */
  readonly busy: number;
}
