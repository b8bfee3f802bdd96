/** Requests by the second in which they came: how many, and how many of those were late or refused. */
export class Punctuality {
  readonly #all: Uint32Array;
  readonly #late: Uint32Array;

  constructor(seconds: number) {
    this.#all = new Uint32Array(seconds);
    this.#late = new Uint32Array(seconds);
  }

  /** `came`: in seconds from the start. */
  count(came: number, isLate: boolean): void {
    const at = Math.min(this.#all.length - 1, Math.floor(came));
    this.#all[at] = (this.#all[at] ?? 0) + 1;
    if (isLate) this.#late[at] = (this.#late[at] ?? 0) + 1;
  }

  /** Seconds in which more than a share of `late` was late, and the late requests in them. */
  violations(late: number): { readonly seconds: number; readonly requests: number } {
    let [seconds, requests] = [0, 0];
    for (const [at, all] of this.#all.entries()) {
      const some = this.#late[at] ?? 0;
      if (all === 0 || some / all <= late) continue;
      seconds += 1;
      requests += some;
    }
    return { seconds, requests };
  }
}
