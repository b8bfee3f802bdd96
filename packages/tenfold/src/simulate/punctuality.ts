/** Requests, or jobs, by the second in which they came: how many, and how many of those were late or refused. */
export class Punctuality {
  /** All that was counted. */
  all = 0;
  late = 0;
  readonly #all: Float64Array;
  readonly #late: Float64Array;

  constructor(seconds: number) {
    this.#all = new Float64Array(seconds);
    this.#late = new Float64Array(seconds);
  }

  /** `came`: in seconds from the start. So many of them; fewer than none were counted too early. */
  count(came: number, isLate: boolean, many = 1): void {
    const at = Math.min(this.#all.length - 1, Math.floor(came));
    this.all += many;
    this.#all[at] = (this.#all[at] ?? 0) + many;
    if (!isLate) return;
    this.late += many;
    this.#late[at] = (this.#late[at] ?? 0) + many;
  }

  /** Seconds in which more than a share of `late` was late, and the late requests in them. */
  violations(late: number): { readonly seconds: number; readonly requests: number } {
    let [seconds, requests] = [0, 0];
    for (const [at, all] of this.#all.entries()) {
      const some = this.#late[at] ?? 0;
      if (all < 1e-6 || some < 1e-6 || some / all <= late) continue;
      seconds += 1;
      requests += some;
    }
    return { seconds, requests };
  }
}
