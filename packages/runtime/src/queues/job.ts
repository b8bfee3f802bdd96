/** Jobs that share a key and a limit: of those that are not done, only so many run at a time, over all workers. */
export interface Lane {
  readonly key: string;
  /** How many run at a time. */
  readonly limit: number;
  /** One after the other, in the order in which they came: one that is to be tried again holds up those behind it. */
  readonly ordered: boolean;
}

/** A job before it is in a queue, with every choice made. */
export interface NewJob {
  readonly queue: string;
  readonly task: string;
  /** What JSON can hold. */
  readonly data: unknown;
  /** Another job with this name is not taken while it is remembered. */
  readonly once: { readonly name: string; readonly milliseconds: number } | null;
  /** Milliseconds. */
  readonly delay: number;
  /** 0 first. */
  readonly priority: number;
  readonly attempts: number;
  readonly lane: Lane | null;
  /** Up to where the database must have been replayed for the job to see what its sender saw: an LSN. */
  readonly token: string | null;
}

export interface Enqueued {
  readonly id: string;
  /** There was one of its name already, and `id` is that one's. */
  readonly duplicate: boolean;
}

/** A job in the hands of a worker. */
export interface Job<Data = unknown> {
  readonly id: string;
  readonly queue: string;
  readonly task: string;
  readonly data: Data;
  /** From 1. */
  readonly attempt: number;
  readonly attempts: number;
  readonly enqueuedAt: Date;
  readonly token: string | null;
  /** Aborts when its time is up, or its worker must end at once; its reason says which. */
  readonly signal: AbortSignal;
  /** What others may see of it while it runs: `find`. What JSON can hold. */
  progress(value: unknown): Promise<void>;
}

export type JobState = "waiting" | "delayed" | "running" | "dead";

/** A job as it is seen from outside. Those that are done are not kept. */
export interface JobView {
  readonly id: string;
  readonly queue: string;
  readonly task: string;
  readonly data: unknown;
  readonly state: JobState;
  /** How often it was tried and failed. */
  readonly failures: number;
  readonly attempts: number;
  readonly progress: unknown;
  /** Why it failed last. */
  readonly error: string | null;
  readonly enqueuedAt: Date;
}

/** The figures of a queue, over all workers. */
export interface QueueMeasure {
  /** Could run now. */
  readonly waiting: number;
  /** Wait for their time, to be tried again, or for others of their lane. */
  readonly delayed: number;
  readonly running: number;
  readonly dead: number;
  /** Milliseconds for which the oldest that could run has been waiting; 0 when none does. */
  readonly oldestAge: number;
}

/** Thrown by a handler: trying again would not help. The job is dead at once. */
export class Permanent extends Error {
  override readonly name = "Permanent";
}
