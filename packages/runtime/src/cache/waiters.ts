/** Milliseconds: whoever waits looks by itself as well, since what it waits for may have failed without a word. */
const FIRST = 25;
const LAST = 500;

interface Waiting {
  readonly wake: () => void;
}

/** Calls that wait for what other instances make. */
export class Waiters {
  readonly #waiting = new Map<string, Set<Waiting>>();

  /** Until it is woken, or for a while that grows from round to round. */
  wait(key: string, round: number): Promise<void> {
    return new Promise((resolve) => {
      const all = this.#waiting.get(key) ?? new Set();
      const wake = () => {
        clearTimeout(timer);
        all.delete(waiting);
        if (all.size === 0 && this.#waiting.get(key) === all) this.#waiting.delete(key);
        resolve();
      };
      const waiting = { wake };
      const timer = setTimeout(wake, Math.min(FIRST * 2 ** round, LAST));
      this.#waiting.set(key, all.add(waiting));
    });
  }

  wake(key: string): void {
    for (const { wake } of [...(this.#waiting.get(key) ?? [])]) wake();
  }

  wakeAll(): void {
    for (const key of [...this.#waiting.keys()]) this.wake(key);
  }
}
