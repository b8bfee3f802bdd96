import type { Backoff } from "./backoff.ts";
import type { Enqueued, Job, JobView, NewJob, QueueMeasure } from "./job.ts";

export interface ConsumeOptions {
  readonly queue: string;
  /** How many jobs at a time. */
  readonly concurrency: number;
  readonly backoff: Backoff;
}

/** What becomes of attempts, for who counts them. `failed` is tried again. */
export type AttemptEnd = "completed" | "failed" | "dead";

export interface ConsumerEvents {
  onEnd(job: Job, end: AttemptEnd, error: unknown): void;
  /** Something is wrong with the consumer itself. */
  onTrouble(error: Error): void;
}

/** Takes jobs out of a queue, one after the other, as many at a time as it may. */
export interface Consumer {
  /** How many jobs it is at. */
  readonly running: number;
  /** How many it has begun or ended, since it is. */
  readonly steps: number;
  /**
   * Takes no more, and waits for those that run. When `force` aborts, their signals do, and those that end by it go back
   * to the queue without having failed; what does not end then is left, and comes to another worker later. Idempotent.
   */
  stop(force: AbortSignal): Promise<void>;
}

/**
 * Where queues are kept. A job is delivered at least once: it stays until it is done or dead, and comes to another worker
 * when its worker died. Faults of every call: those of Redis, where it is kept there.
 */
export interface QueueBackend {
  /** In their order. What was given out as enqueued is in the queue. */
  enqueue(jobs: readonly NewJob[]): Promise<readonly Enqueued[]>;
  consume(options: ConsumeOptions, handle: (job: Job) => Promise<unknown>, events: ConsumerEvents): Consumer;
  measure(queue: string): Promise<QueueMeasure>;
  find(queue: string, id: string): Promise<JobView | null>;
  /** Dead letters, those that died last first. */
  dead(queue: string, offset: number, limit: number): Promise<readonly JobView[]>;
  /** Puts a dead job back into the queue, with all of its attempts; false when it is not dead. */
  replay(queue: string, id: string): Promise<boolean>;
  /** Takes out a job that does not run; false when it does, or is not there. */
  remove(queue: string, id: string): Promise<boolean>;
  /** Resolves when it can be used. Fault: `TF_RT_REDIS_POLICY` and the like. */
  check(): Promise<void>;
  close(): Promise<void>;
}
