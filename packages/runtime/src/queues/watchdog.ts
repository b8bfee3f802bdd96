/** What is seen of a worker at a time, in milliseconds. */
export interface Look {
  readonly at: number;
  /** Jobs that it has begun or ended so far. */
  readonly steps: number;
  readonly running: number;
  /** Jobs in the queue that could run. */
  readonly waiting: number;
}

/**
 * Tells a worker that has silently stopped taking jobs from one that has nothing to do: while jobs wait and it has room, it
 * must begin or end one within a time. A worker that is full, and a queue that is empty, prove nothing.
 */
export class Watchdog {
  readonly #after: number;
  readonly #concurrency: number;
  #since: number | undefined;
  #steps = -1;

  constructor(after: number, concurrency: number) {
    this.#after = after;
    this.#concurrency = concurrency;
  }

  /** Whether the worker is wedged. */
  look({ at, steps, running, waiting }: Look): boolean {
    const moved = steps !== this.#steps;
    this.#steps = steps;
    if (moved || waiting === 0 || running >= this.#concurrency) this.#since = undefined;
    else this.#since ??= at;
    return this.#since !== undefined && at - this.#since >= this.#after;
  }

  /** Nothing can be seen, or there is another worker. */
  reset(): void {
    this.#since = undefined;
  }
}
