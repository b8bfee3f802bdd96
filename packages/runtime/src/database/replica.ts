import type pg from "pg";
import type { PrimaryHistory } from "./lag.ts";
import { compareLsn, type Lsn, parseLsn } from "./lsn.ts";
import { Server, type ServerParts } from "./server.ts";

/** What was seen at a look. `replayed` null: it is in no recovery, and so has all. */
interface Sample {
  readonly at: number;
  readonly replayed: Lsn | null;
}

const LOOK = "select pg_is_in_recovery() as recovering, pg_last_wal_replay_lsn()::text as lsn";

/** A replica, as far as one can know: what it had at the last look, and nothing while it cannot be reached. */
export class Replica {
  readonly server: Server;
  /** For looks, so that they wait behind no read. */
  readonly #eye: Server;
  #sample: Sample | null = null;

  constructor(module: typeof pg, url: string, parts: ServerParts) {
    this.server = new Server(module, url, parts);
    const rules = { ...parts.rules, deadline: 1_000, patience: 1_000, slow: Number.POSITIVE_INFINITY };
    this.#eye = new Server(module, url, { ...parts, rules, connections: 1 });
  }

  get known(): boolean {
    return this.#sample !== null;
  }

  async look(now: () => number): Promise<void> {
    try {
      const at = now();
      const { rows } = await this.#eye.query(LOOK);
      const [row] = rows as [{ recovering: boolean; lsn: string | null }];
      this.#sample = { at, replayed: row.recovering ? parseLsn(row.lsn) : null };
    } catch {
      this.leave();
    }
  }

  /** It takes no reads until it is seen to be well. */
  leave(): void {
    this.#sample = null;
  }

  /** Milliseconds; `NaN` when it is not known. */
  lag(history: PrimaryHistory, now: number): number {
    if (this.#sample === null) return Number.NaN;
    const { replayed, at } = this.#sample;
    return replayed === null ? 0 : Math.max(history.lag(replayed, now), now - at > 2_000 ? now - at : 0);
  }

  has(token: Lsn): boolean {
    if (this.#sample === null) return false;
    return this.#sample.replayed === null || compareLsn(this.#sample.replayed, token) >= 0;
  }

  async close(): Promise<void> {
    await Promise.all([this.server.close(), this.#eye.close()]);
  }
}
