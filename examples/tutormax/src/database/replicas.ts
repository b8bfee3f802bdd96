import type { Clock } from "../deadline.ts";
import type { Pool } from "./pool.ts";

/** Milliseconds for which a replica that failed is left alone. */
const EJECTED = 5_000;

/** Takes replicas in turn, and passes over those that failed a moment ago. */
export class Replicas {
  readonly #pools: readonly Pool[];
  readonly #clock: Clock;
  readonly #ejectedUntil = new Map<Pool, number>();
  #turn = 0;

  constructor(pools: readonly Pool[], clock: Clock) {
    this.#pools = pools;
    this.#clock = clock;
  }

  /** `undefined` when there is none that may be asked. */
  next(): Pool | undefined {
    const now = this.#clock();
    const usable = this.#pools.filter((pool) => (this.#ejectedUntil.get(pool) ?? 0) <= now);
    const pool = usable[this.#turn % usable.length];
    this.#turn += 1;
    return pool;
  }

  eject(pool: Pool): void {
    this.#ejectedUntil.set(pool, this.#clock() + EJECTED);
  }

  async close(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.close()));
  }
}
