import { Socket } from "node:net";
import pg from "pg";
import type { Attempt } from "../check/ending.ts";
import { now } from "./clock.ts";
import { endingOf } from "./sql-ending.ts";

/** Longer than the pooler makes anybody wait. */
const WITHIN_MS = 20_000;
const CONNECT_WITHIN_MS = 5_000;

type Row = Readonly<Record<string, unknown>>;

/** A statement's way to the server, within one attempt. */
export interface SqlSession {
  query(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A statement after which the transaction has happened: COMMIT, or one that is a transaction by itself. */
  commit(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Several statements in one message, with the rows of each. */
  script(text: string): Promise<Row[][]>;
}

/** `null` in `value` unless it ended well. */
export interface SqlAttempt<T> extends Attempt {
  readonly value: T | null;
  /** SQLSTATE of a definite error. */
  readonly code?: string;
}

class RolledBack extends Error {
  readonly code = "40000";
}

/**
 * A client that keeps a connection and makes another when it broke; it sends nothing twice. How each attempt ended is
 * told as its client could know it: a commit whose server warned (it did not wait for a replica) counts as unknown.
 */
export class SqlClient {
  readonly #url: string;
  #open: { readonly client: pg.Client; readonly socket: Socket } | null = null;
  #warned = false;

  constructor(url: string) {
    this.#url = url;
  }

  async attempt<T>(body: (session: SqlSession) => Promise<T>): Promise<SqlAttempt<T>> {
    const startedAt = now();
    let commitSent = false;
    let used: pg.Client | null = null;
    this.#warned = false;
    // A connection that broke between two statements must not be replaced: what follows would be outside of the transaction.
    const connection = async (): Promise<pg.Client> => {
      if (used !== null && used !== this.#open?.client) throw new Error("the connection broke within the transaction");
      used = await this.#connection();
      return used;
    };
    const run = async (text: string, values: readonly unknown[] = []): Promise<pg.QueryResult<Row>> =>
      (await connection()).query<Row>(text, [...values]);
    const session: SqlSession = {
      query: async (text, values) => (await run(text, values)).rows,
      commit: async (text, values) => {
        await connection();
        commitSent = true;
        const { command, rows } = await run(text, values);
        if (command === "ROLLBACK") throw new RolledBack("the transaction was rolled back");
        return rows;
      },
      script: async (text) => {
        const results: unknown = await (await connection()).query(text);
        return (Array.isArray(results) ? results : [results]).map((result: pg.QueryResult<Row>) => result.rows);
      },
    };
    try {
      const value = await body(session);
      const endedAt = now();
      if (!this.#warned) return { startedAt, endedAt, ending: "ok", value };
      return { startedAt, endedAt, ending: "unknown", value: null, error: "the server warned at the commit" };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const code =
        "code" in error && typeof error.code === "string" && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : null;
      const ending = this.#warned && commitSent ? "unknown" : endingOf({ commitSent, code, message: error.message });
      const endedAt = now();
      if (code === null || ending === "unknown" || !(await this.#rollBack())) this.close();
      return { startedAt, endedAt, ending, value: null, error: error.message, ...(code === null ? {} : { code }) };
    }
  }

  /** Drops the connection. A later attempt makes another. */
  close(): void {
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    open.client.end().catch(() => {});
    // A server that is frozen would not notice the end.
    setTimeout(() => open.socket.destroy(), 100).unref();
  }

  async #rollBack(): Promise<boolean> {
    try {
      await this.#open?.client.query("ROLLBACK");
      return true;
    } catch {
      return false;
    } finally {
      this.#warned = false;
    }
  }

  async #connection(): Promise<pg.Client> {
    if (this.#open !== null) return this.#open.client;
    const socket = new Socket();
    socket.setNoDelay(true);
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: "tenfold drill",
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      query_timeout: WITHIN_MS,
      stream: () => socket,
    });
    const open = { client, socket };
    client.on("error", () => {
      if (this.#open === open) this.#open = null;
    });
    client.on("notice", ({ severity }) => {
      if (severity === "WARNING") this.#warned = true;
    });
    try {
      await client.connect();
    } catch (error) {
      socket.destroy();
      throw error;
    }
    this.#open = open;
    return client;
  }
}
