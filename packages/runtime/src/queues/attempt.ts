import type { Job } from "./job.ts";

/** A job in the hands of a worker. What it costs is paid for every job: its signal is made when somebody asks for it. */
export abstract class Attempt implements Job {
  abstract readonly id: string;
  abstract readonly queue: string;
  abstract readonly task: string;
  abstract readonly data: unknown;
  abstract readonly attempt: number;
  abstract readonly attempts: number;
  abstract readonly enqueuedAt: Date;
  abstract readonly token: string | null;
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;
  #giveUp: ((reason: unknown) => void) | undefined;

  /** A function that may be taken from its job. */
  abstract readonly progress: (value: unknown) => Promise<void>;

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
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      handle(this).then(resolve, reject);
    });
  }

  /** For a handler that its signal does not end. */
  giveUp(): void {
    this.#giveUp?.(this.#aborted?.reason);
  }
}
