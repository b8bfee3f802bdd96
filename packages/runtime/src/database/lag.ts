import { compareLsn, type Lsn } from "./lsn.ts";

/**
 * Where the primary was, and when, so that a replica's lag can be told in milliseconds of one clock. An idle primary makes
 * no replica late, and a primary that is away makes none later than it was.
 */
export class PrimaryHistory {
  readonly #keep: number;
  #samples: { readonly at: number; readonly lsn: Lsn }[] = [];

  /** `keep`: for how many milliseconds a moment is remembered; no longer lag can be told. */
  constructor(keep: number) {
    this.#keep = keep;
  }

  add(at: number, lsn: Lsn): void {
    const last = this.#samples.at(-1);
    // Of those at one place the first says since when it was there.
    if (last?.lsn === lsn) return;
    this.#samples.push({ at, lsn });
    const oldest = at - this.#keep;
    const kept = this.#samples.findIndex((sample) => sample.at >= oldest);
    // One before the oldest, so that whoever is behind even that is known to be.
    if (kept > 1) this.#samples = this.#samples.slice(kept - 1);
  }

  /** Milliseconds since the primary has been where this replica is not yet. */
  lag(replayed: Lsn, now: number): number {
    const missing = this.#samples.find(({ lsn }) => compareLsn(lsn, replayed) > 0);
    return missing === undefined ? 0 : Math.max(0, now - missing.at);
  }
}
