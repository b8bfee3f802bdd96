import type { Job as BullJob } from "bullmq";
import { Attempt } from "../attempt.ts";
import type { Envelope } from "./envelope.ts";

/** A job of BullMQ, seen as one of ours: nothing is copied. */
export class BullAttempt extends Attempt {
  readonly queue: string;
  readonly #job: BullJob<Envelope>;
  /** Kept: BullMQ counts it when the attempt ends. */
  readonly attempt: number;

  constructor(job: BullJob<Envelope>, queue: string) {
    super();
    this.#job = job;
    this.queue = queue;
    this.attempt = job.attemptsMade + 1;
  }

  get id(): string {
    return this.#job.id as string;
  }

  get task(): string {
    return this.#job.name;
  }

  get data(): unknown {
    return this.#job.data.d ?? null;
  }

  get attempts(): number {
    return this.#job.opts.attempts ?? 1;
  }

  get enqueuedAt(): Date {
    return new Date(this.#job.timestamp);
  }

  get token(): string | null {
    return this.#job.data.t ?? null;
  }

  get progress(): (value: unknown) => Promise<void> {
    return (value) => this.#job.updateProgress({ v: value });
  }
}
