import type { Job } from "./job.ts";

/** What a backend knows of a job that it gives to a worker. */
export interface Delivered {
  readonly id: string;
  readonly queue: string;
  readonly task: string;
  readonly data: unknown;
  readonly attempt: number;
  readonly attempts: number;
  readonly enqueuedAt: number;
  readonly token: string | null;
}

/** A job in the hands of a worker. Its signal is made when somebody asks for it: most never do. */
export class Attempt implements Job {
  readonly #delivered: Delivered;
  readonly #progress: (value: unknown) => Promise<void>;
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;
  #giveUp: ((reason: unknown) => void) | undefined;

  constructor(delivered: Delivered, progress: (value: unknown) => Promise<void>) {
    this.#delivered = delivered;
    this.#progress = progress;
  }

  get id(): string {
    return this.#delivered.id;
  }
  get queue(): string {
    return this.#delivered.queue;
  }
  get task(): string {
    return this.#delivered.task;
  }
  get data(): unknown {
    return this.#delivered.data;
  }
  get attempt(): number {
    return this.#delivered.attempt;
  }
  get attempts(): number {
    return this.#delivered.attempts;
  }
  get enqueuedAt(): Date {
    return new Date(this.#delivered.enqueuedAt);
  }
  get token(): string | null {
    return this.#delivered.token;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#aborted !== undefined;
  }

  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    this.#controller?.abort(reason);
  }

  /** What its handler gives or throws; or a throw, once it is given up. */
  run(handle: (job: Job) => Promise<unknown>): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#giveUp = reject;
    handle(this).then(resolve, reject);
    return promise;
  }

  /** For a handler that its signal does not end. */
  giveUp(): void {
    this.#giveUp?.(this.#aborted?.reason);
  }

  progress(value: unknown): Promise<void> {
    return this.#progress(value);
  }
}
