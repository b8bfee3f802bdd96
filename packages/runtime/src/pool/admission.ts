/** Something that waits for a thread. */
export interface Waiting {
  /** Takes a place. Calls `Admission.leave` when it is done with it. */
  start(): void;
}

/** First come, first served: so many at a time, so many waiting, and no more. */
export class Admission {
  readonly #places: number;
  readonly #limit: number;
  // In order of insertion, and what leaves early leaves at no cost.
  readonly #waiting = new Set<Waiting>();
  #busy = 0;

  constructor(places: number, limit: number) {
    this.#places = places;
    this.#limit = limit;
  }

  get busy(): number {
    return this.#busy;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  get full(): boolean {
    return this.#busy >= this.#places && this.#waiting.size >= this.#limit;
  }

  /** Starts it now, or when it is its turn. Whoever wants the limit kept asks for `full` first. */
  enter(one: Waiting): void {
    if (this.#busy >= this.#places) {
      this.#waiting.add(one);
      return;
    }
    this.#busy++;
    one.start();
  }

  /** Takes away what still waits; false when it has started. */
  remove(one: Waiting): boolean {
    return this.#waiting.delete(one);
  }

  /** Gives a place back. */
  leave(): void {
    this.#busy--;
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.#busy++;
    next.start();
  }
}
