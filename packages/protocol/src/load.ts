export type LoadCauseName =
  | "connections-exhausted"
  | "pool-waiting"
  | "lock-waiting"
  | "slow-statements"
  | "lagging-replica"
  | "cache-misses"
  | "cache-evictions"
  | "redis-full"
  | "memory-growth"
  | "cpu-bound"
  | "dependency-bound"
  /** Answers are slow, and none of the other causes says why. */
  | "slow-answers"
  | "slow-tail"
  | "instances-full"
  | "requests-refused"
  | "requests-unanswered"
  | "jobs-late";

/** What most likely makes a fleet slow or sick, with what shows it. */
export interface LoadCause {
  readonly name: LoadCauseName;
  /** `error`: somebody is turned away, or will be soon. */
  readonly level: "error" | "warning";
  /** A member, a kind of member or a queue; null: the fleet. */
  readonly subject: string | null;
  /** The figure that shows it, in a sentence. */
  readonly figure: string;
  readonly why: string;
  /** The setting to change, or what to look at. */
  readonly change: string;
}

/** `doctor --load --json`. */
export interface LoadDiagnosis {
  readonly version: 1;
  readonly fleet: string;
  /** Milliseconds since 1970; null: nothing was seen yet. */
  readonly from: number | null;
  readonly to: number | null;
  /** How often the fleet was looked at. */
  readonly looks: number;
  /** Errors first. */
  readonly causes: readonly LoadCause[];
}
