import type { WorkerSample } from "../scale/workers/policy.ts";

/** What is seen of a queue when it is looked at, and how many workers had something in hand. */
export interface JobLook {
  readonly sample: Omit<WorkerSample, "at">;
  readonly busy: number;
}

/** Jobs that come, wait in one queue, and are worked on by the instances of a fleet, which belongs to somebody else. */
export interface JobWork {
  /** A second of it: jobs come at a rate, and some instances have just died. */
  advance(second: number, rate: number, died: number): void;
  /** What happened in the so many seconds before this moment, since the last look. */
  look(now: number, seconds: number): JobLook;
  /** Whether nothing waits, and nothing is in hand. */
  readonly isDone: boolean;
  /** Whoever still waits has waited too long. */
  giveUp(): void;
}
