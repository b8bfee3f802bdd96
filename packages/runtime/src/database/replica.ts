import type pg from "pg";
import type { PrimaryHistory } from "./lag.ts";
import { type Lsn, parseLsn, positionOf } from "./lsn.ts";
import { Server, type ServerParts } from "./server.ts";

/** What was seen at a look. `replayed` null: it is in no recovery, and so has all. */
interface Sample {
  readonly at: number;
  readonly replayed: Lsn | null;
  /** Of `replayed`, as a number. */
  readonly position: bigint;
  /** Milliseconds, at the look. */
  readonly lag: number;
}

/** In milliseconds. */
const LONG = 2_000;

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

  async look(history: PrimaryHistory, now: () => number): Promise<void> {
    try {
      const at = now();
      const { rows } = await this.#eye.query(LOOK);
      const [row] = rows as [{ recovering: boolean; lsn: string | null }];
      const replayed = row.recovering ? parseLsn(row.lsn) : null;
      const position = replayed === null ? 0n : positionOf(replayed);
      this.#sample = { at, replayed, position, lag: replayed === null ? 0 : history.lag(replayed, at) };
    } catch {
      this.leave();
    }
  }

  /** It takes no reads until it is seen to be well. */
  leave(): void {
    this.#sample = null;
  }

  /** Milliseconds; `NaN` when it is not known. */
  lag(now: number): number {
    if (this.#sample === null) return Number.NaN;
    const age = now - this.#sample.at;
    // What was seen long ago says little: somebody else may be behind the URL by now.
    return age > LONG ? Math.max(age, this.#sample.lag) : this.#sample.lag;
  }

  has(token: bigint): boolean {
    return this.#sample !== null && (this.#sample.replayed === null || this.#sample.position >= token);
  }

  async close(): Promise<void> {
    await Promise.all([this.server.close(), this.#eye.close()]);
  }
}
