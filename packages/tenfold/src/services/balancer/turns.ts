interface Waiting {
  task: () => Promise<void>;
  done: Promise<void>;
}

/** One thing at a time, in the order of the calls. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  readonly #waiting = new Map<string, Waiting>();

  take<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /**
   * For tasks that bring about one state, so that only the newest state matters: a task that still waits for its turn is
   * replaced by the next one of the same key, and both calls end with that.
   */
  newest(key: string, task: () => Promise<void>): Promise<void> {
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) {
      waiting.task = task;
      return waiting.done;
    }
    const entry: Waiting = { task, done: Promise.resolve() };
    entry.done = this.take(() => {
      this.#waiting.delete(key);
      return entry.task();
    });
    this.#waiting.set(key, entry);
    return entry.done;
  }
}
