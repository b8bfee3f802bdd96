/** More than so many, and all count as changed. */
const REMEMBERED = 10_000;

/**
 * Which keys were told as changed while something was under way. What was read before such a change may arrive after it, and
 * must not be kept then.
 */
export class Invalidations {
  readonly #recent = new Map<string, number>();
  #count = 0;
  #all = 0;
  #underWay = 0;

  /** A moment to ask about later. Each is to be ended by `end`. */
  begin(): number {
    this.#underWay += 1;
    return this.#count;
  }

  end(): void {
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#recent.clear();
  }

  /** `null`: everything. */
  record(key: string | null): void {
    this.#count += 1;
    if (this.#underWay === 0) return;
    if (key === null || this.#recent.size >= REMEMBERED) {
      this.#all = this.#count;
      this.#recent.clear();
    } else this.#recent.set(key, this.#count);
  }

  hasChanged(key: string, since: number): boolean {
    return this.#all > since || (this.#recent.get(key) ?? 0) > since;
  }
}
