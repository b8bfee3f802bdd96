import type pg from "pg";
import type { Lsn } from "./lsn.ts";

/**
 * Fails by a division by zero where the server has not replayed up to a place, and so keeps what follows from running. One
 * that is in no recovery is a primary, which has all.
 */
export const CHECK =
  "select 1 / case when not pg_is_in_recovery() or pg_last_wal_replay_lsn() >= $1::text::pg_lsn then 1 else 0 end";
const DIVISION_BY_ZERO = "22012";

/** What is used of pg's class Query, whose types do not say it. */
interface Connection {
  parse(message: object): void;
  bind(message: object): void;
  execute(message: object): void;
}
interface Internals {
  callback?: (error: unknown, result?: unknown) => void;
  prepare(connection: Connection): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
}
type InternalQuery = new (config: object, values?: unknown) => Internals;

export interface GuardedQuery extends Internals, pg.Submittable {
  /** Whether what is to be read has not been run, since the server is behind. */
  isBehind(error: unknown): boolean;
}

export type GuardedQueryClass = new (config: object, values: unknown, lsn: Lsn) => GuardedQuery;

/**
 * A statement with the check before it, in one round trip and one transaction: a URL may lead to another server at any
 * time, and whatever was known of it before is then worth nothing.
 */
export function guardedQuery(Query: typeof pg.Query): GuardedQueryClass {
  class Guarded extends (Query as unknown as InternalQuery) {
    readonly guards = true;
    readonly #lsn: Lsn;
    #passed = false;

    constructor(config: object, values: unknown, lsn: Lsn) {
      super({ ...config, queryMode: "extended" }, values);
      this.#lsn = lsn;
    }

    isBehind(error: unknown): boolean {
      return !this.#passed && (error as { code?: unknown } | null)?.code === DIVISION_BY_ZERO;
    }

    override prepare(connection: Connection): void {
      connection.parse({ text: CHECK, name: "", types: [] });
      connection.bind({
        portal: "",
        statement: "",
        values: [this.#lsn],
        binary: false,
        valueMapper: (one: unknown) => one,
      });
      connection.execute({ portal: "", rows: 0 });
      super.prepare(connection);
    }

    override handleDataRow(message: unknown): void {
      if (this.#passed) super.handleDataRow(message);
    }

    override handleCommandComplete(message: unknown, connection: Connection): void {
      if (this.#passed) super.handleCommandComplete(message, connection);
      this.#passed = true;
    }
  }
  return Guarded as unknown as GuardedQueryClass;
}
