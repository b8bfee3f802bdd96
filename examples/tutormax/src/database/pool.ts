import pg from "pg";
import { describeError, type Log } from "../log.ts";

/** SQL that is safe to run twice, because a lost connection may hide that it ran once. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** Milliseconds that one attempt may take to get a connection, and again to get its answer. */
const ATTEMPT = 2_000;

/**
 * Connections to one database, opened when the first statement comes.
 *
 * They go through PgBouncer in transaction mode: the next statement may run on another server connection. So there
 * are no named prepared statements, no `SET`, and no startup parameter such as `statement_timeout`, which it refuses.
 */
export class Pool {
  readonly name: string;
  readonly #pool: pg.Pool;

  constructor(name: string, url: string, log: Log) {
    this.name = name;
    this.#pool = new pg.Pool({
      connectionString: url,
      application_name: "tutormax",
      max: 10,
      connectionTimeoutMillis: ATTEMPT,
      query_timeout: ATTEMPT,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
    });
    // An idle connection that is lost. The pool has forgotten it; without a listener it would end the process.
    this.#pool.on("error", (error) => log.warn("connection lost", { database: name, error: describeError(error) }));
  }

  async query<Row extends pg.QueryResultRow>({ text, values = [] }: Statement): Promise<Row[]> {
    const result = await this.#pool.query<Row>(text, [...values]);
    return result.rows;
  }

  /** Waits for statements that are under way. */
  async close(): Promise<void> {
    await this.#pool.end();
  }
}
