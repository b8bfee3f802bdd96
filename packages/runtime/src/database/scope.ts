import { AsyncLocalStorage } from "node:async_hooks";
import { type Lsn, laterLsn } from "./lsn.ts";

/**
 * What one request, job or message has seen and done: up to where the log must have been replayed for what it reads, and
 * whether it has asked the primary since, which may have written.
 */
export class Scope {
  readonly readsOnly: boolean;
  #token: Lsn | null;
  #clients = 0;
  #wrote = false;

  constructor(token: Lsn | null, readsOnly: boolean) {
    this.#token = token;
    this.readsOnly = readsOnly;
  }

  get token(): Lsn | null {
    return this.#token;
  }

  /** Whether there may be writes that the token does not cover. */
  get dirty(): boolean {
    return this.#wrote || this.#clients > 0;
  }

  /** A statement goes to the primary. */
  write(): void {
    this.#wrote = true;
  }

  /** A client of the primary is in the caller's hands: until it is given back it may commit at any time. */
  take(): () => void {
    this.#clients += 1;
    return () => {
      this.#clients -= 1;
      this.#wrote = true;
    };
  }

  /** Looks where the log is by now, once for all that was written before. */
  async settle(look: () => Promise<Lsn>): Promise<Lsn | null> {
    if (this.dirty) {
      this.#wrote = false;
      try {
        this.reach(await look());
      } catch (error) {
        this.#wrote = true;
        throw error;
      }
    }
    return this.#token;
  }

  reach(lsn: Lsn | null): void {
    this.#token = laterLsn(this.#token, lsn);
  }
}

export const scopes: AsyncLocalStorage<Scope> = new AsyncLocalStorage<Scope>();
