/** Who waits until something is there: each with its own end, all woken at once. */
export class Readiness<T> {
  readonly #waiting = new Set<{
    resolve: (value: T) => void;
    reject: (error: unknown) => void;
    timer: NodeJS.Timeout;
  }>();

  get size(): number {
    return this.#waiting.size;
  }

  /** Rejects with what `late` gives after so many milliseconds. */
  wait(milliseconds: number, late: () => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(late());
      }, milliseconds);
      const waiting = { resolve, reject, timer };
      this.#waiting.add(waiting);
    });
  }

  settle(how: { readonly value: T } | { readonly error: unknown }): void {
    const all = [...this.#waiting];
    this.#waiting.clear();
    for (const { resolve, reject, timer } of all) {
      clearTimeout(timer);
      if ("value" in how) resolve(how.value);
      else reject(how.error);
    }
  }
}
