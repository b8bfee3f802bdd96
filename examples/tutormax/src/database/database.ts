import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { type Clock, clock, withDeadline } from "../deadline.ts";
import { describeError, type Log } from "../log.ts";
import { Unavailable } from "../unavailable.ts";
import { Pool, type Statement } from "./pool.ts";
import { Replicas } from "./replicas.ts";
import { isTransient } from "./transient.ts";

export interface DatabaseUrls {
  readonly primary: string;
  readonly replicas: readonly string[];
}

/** Rows, and the server that they came from: `primary`, `replica-1`. */
export interface Read<Row> {
  readonly rows: Row[];
  readonly source: string;
}

/** Milliseconds that a visitor waits at most. A failover takes less, so it is a pause and not an error. */
const DEADLINE = 5_000;
/** How much of it a replica may take before the primary is asked instead. */
const REPLICA_DEADLINE = 1_000;
/** Between two attempts. */
const PAUSE = 100;

/** One primary, which all writes go to, and replicas, which reads are spread over. */
export class Database {
  readonly #primary: Pool;
  readonly #replicas: Replicas;
  readonly #log: Log;
  readonly #clock: Clock = clock;

  constructor(urls: DatabaseUrls, log: Log) {
    this.#log = log;
    this.#primary = new Pool("primary", urls.primary, log);
    const replicas = urls.replicas.map((url, index) => new Pool(`replica-${index + 1}`, url, log));
    this.#replicas = new Replicas(replicas, this.#clock);
  }

  /** On the primary, again and again until it answers. Throws Unavailable after 5 s. */
  async write<Row extends pg.QueryResultRow>(statement: Statement): Promise<Row[]> {
    return await this.#onPrimary<Row>(statement, this.#clock() + DEADLINE);
  }

  /** On a replica, each in its turn; on the primary when there is none, or when it fails. Throws Unavailable after 5 s. */
  async read<Row extends pg.QueryResultRow>(statement: Statement): Promise<Read<Row>> {
    const end = this.#clock() + DEADLINE;
    const replica = this.#replicas.next();
    if (replica !== undefined) {
      try {
        const rows = await withDeadline(replica.query<Row>(statement), REPLICA_DEADLINE, noAnswer);
        return { rows, source: replica.name };
      } catch (error) {
        this.#replicas.eject(replica);
        this.#log.warn("replica failed", { database: replica.name, error: describeError(error) });
      }
    }
    return { rows: await this.#onPrimary<Row>(statement, end), source: "primary" };
  }

  /** Asks the primary once. */
  async check(): Promise<void> {
    await this.#primary.query({ text: "SELECT 1" });
  }

  async close(): Promise<void> {
    await Promise.all([this.#primary.close(), this.#replicas.close()]);
  }

  async #onPrimary<Row extends pg.QueryResultRow>(statement: Statement, end: number): Promise<Row[]> {
    let cause: unknown;
    const late = () => new Unavailable("the database did not answer in time", { cause });
    for (;;) {
      try {
        return await withDeadline(this.#primary.query<Row>(statement), end - this.#clock(), late);
      } catch (error) {
        if (!isTransient(error)) throw error;
        this.#log.debug("primary failed", { error: describeError(error) });
        cause = error;
      }
      if (this.#clock() + PAUSE >= end) throw late();
      await sleep(PAUSE);
    }
  }
}

function noAnswer(): Error {
  return new Error("no answer in time");
}
