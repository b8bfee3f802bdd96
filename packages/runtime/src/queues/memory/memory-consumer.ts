import { Attempt } from "../attempt.ts";
import type { ConsumeOptions, Consumer, ConsumerEvents } from "../backend.ts";
import { retryDelay } from "../backoff.ts";
import { drained } from "../closing.ts";
import { type Job, Permanent } from "../job.ts";
import type { Entry, MemoryBackend } from "./memory-backend.ts";

export interface MemoryWork {
  readonly options: ConsumeOptions;
  readonly handle: (job: Job) => Promise<unknown>;
  readonly events: ConsumerEvents;
}

export class MemoryConsumer implements Consumer {
  readonly #backend: MemoryBackend;
  readonly #work: MemoryWork;
  readonly #running = new Map<Attempt, Promise<void>>();
  #stopping = false;
  steps = 0;

  constructor(backend: MemoryBackend, work: MemoryWork) {
    this.#backend = backend;
    this.#work = work;
  }

  get queue(): string {
    return this.#work.options.queue;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Not at once: whoever enqueues goes on first. */
  wake(): void {
    queueMicrotask(() => this.#fill());
  }

  async stop(force: AbortSignal): Promise<void> {
    this.#stopping = true;
    this.#backend.gone(this);
    await drained(Promise.all(this.#running.values()), () => this.#running.keys(), force);
  }

  #fill(): void {
    while (!this.#stopping && this.#running.size < this.#work.options.concurrency) {
      const entry = this.#backend.take(this.queue);
      if (entry === undefined) return;
      this.steps++;
      const attempt = new MemoryAttempt(entry);
      this.#running.set(attempt, this.#run(entry, attempt));
    }
  }

  async #run(entry: Entry, attempt: Attempt): Promise<void> {
    const { handle, events, options } = this.#work;
    try {
      await attempt.run(handle);
      this.#backend.complete(entry);
      events.onEnd(attempt, "completed", undefined);
    } catch (error) {
      if (this.#stopping && attempt.aborted) this.#backend.giveBack(entry);
      else {
        entry.failures++;
        entry.error = error instanceof Error ? error.message : String(error);
        const dead = error instanceof Permanent || entry.failures >= entry.job.attempts;
        if (dead) this.#backend.bury(entry);
        else this.#backend.retry(entry, retryDelay(options.backoff, entry.failures, Math.random()));
        events.onEnd(attempt, dead ? "dead" : "failed", error);
      }
    } finally {
      this.steps++;
      this.#running.delete(attempt);
      this.#fill();
    }
  }
}

class MemoryAttempt extends Attempt {
  readonly id: string;
  readonly queue: string;
  readonly task: string;
  readonly data: unknown;
  readonly attempt: number;
  readonly attempts: number;
  readonly enqueuedAt: Date;
  readonly token: string | null;
  readonly #entry: Entry;

  constructor(entry: Entry) {
    super();
    this.#entry = entry;
    this.id = entry.id;
    this.queue = entry.job.queue;
    this.task = entry.job.task;
    this.data = entry.job.data;
    this.attempt = entry.failures + 1;
    this.attempts = entry.job.attempts;
    this.enqueuedAt = new Date(entry.enqueuedAt);
    this.token = entry.job.token;
  }

  get progress(): (value: unknown) => Promise<void> {
    return async (value) => {
      this.#entry.progress = value;
    };
  }
}
