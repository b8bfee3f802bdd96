import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { type Context, loadPeer, type Part } from "../context/index.ts";
import { Fault } from "../fault/index.ts";
import { given } from "./callback.ts";
import { DatabaseFigures } from "./figures.ts";
import { guardedQuery } from "./guarded-query.ts";
import { type Lsn, parseLsn } from "./lsn.ts";
import { type DatabaseOptions, type DatabaseRules, parseDatabaseOptions } from "./options.ts";
import { outcomeOf } from "./outcome.ts";
import { PoolShape } from "./pool-shape.ts";
import { type Opened, ReadingClient, read } from "./reading.ts";
import { ReadingPool } from "./reading-pool.ts";
import { Replicas } from "./replicas.ts";
import { Scope, scopes } from "./scope.ts";
import { Server } from "./server.ts";

/** After all that was and will be written: whoever has it reads from the primary. */
const ALL = "FFFFFFFF/FFFFFFFF" as Lsn;

/** Of a read. */
export interface ReadOptions {
  /** What must be seen beside what the scope has seen: a token. */
  readonly after?: string | null;
}

export interface ScopeOptions {
  /** All that `query` and `connect` are given in it are reads. Default false. */
  readonly readsOnly?: boolean;
}

/**
 * The database of an application, shaped as a pool of pg. `query` and `connect` go to the primary; `read` goes to a
 * replica that has replayed what the caller's scope has written and seen, else to the primary as well. It never guesses from
 * a statement's text. Connects at the first use.
 *
 * Faults: `TF_RT_DATABASE_AWAY`, `_ROLLED_BACK` and `_READ_ONLY` leave nothing done (`outcomeOf` says `retryable`), after
 * `_INDETERMINATE` nobody knows; what the database refuses is thrown as pg throws it.
 */
export class RoutingPool extends PoolShape implements Part {
  /** As `pg.Pool`, for libraries that ask for its type. */
  readonly pool: pg.Pool;
  /** Reads alone, as `pg.Pool`. */
  readonly reader: pg.Pool;
  readonly #context: Context;
  readonly #rules: DatabaseRules;
  readonly #figures: DatabaseFigures;
  readonly #url: string;
  #opened: Opened | null = null;
  #opening: Promise<Opened> | undefined;
  #closed = false;

  constructor(context: Context, options: DatabaseOptions) {
    super();
    const url = context.environment.databaseUrl;
    if (url === null) {
      throw new Fault("TF_RT_NOT_CONFIGURED", "there is no database", { hint: "set DATABASE_URL" });
    }
    this.#url = url;
    this.#context = context;
    this.#rules = parseDatabaseOptions(options);
    this.#figures = new DatabaseFigures(context.meters);
    this.pool = this as unknown as pg.Pool;
    this.reader = new ReadingPool(this) as unknown as pg.Pool;
    const connections = (state: string, read: () => number) =>
      context.meters.gauge("tenfold_database_connections", "Connections to the primary, and who waits.", read, {
        state,
      });
    connections("open", () => this.totalCount);
    connections("idle", () => this.idleCount);
    connections("waiting", () => this.waitingCount);
    context.health.add({
      name: "database",
      required: true,
      check: async () => {
        await (await this.#open()).primary.query("select 1");
        return "ok";
      },
    });
  }

  get opened(): Opened | null {
    return this.#opened;
  }

  /** As pg's: text or config, values, and a callback or a promise. */
  query<Row extends pg.QueryResultRow = Record<string, unknown>>(
    config: string | pg.QueryConfig,
    values?: readonly unknown[],
  ): Promise<pg.QueryResult<Row>>;
  query(...args: readonly unknown[]): unknown;
  query(first: unknown, second?: unknown, third?: unknown): unknown {
    const values = typeof second === "function" ? undefined : (second as unknown[] | undefined);
    const callback = [second, third].find((one) => typeof one === "function");
    return given(this.#query(first as string, values), callback);
  }

  /** A client of the primary. Give it back with `release`. */
  connect(): Promise<pg.PoolClient>;
  connect(callback: unknown): unknown;
  connect(callback?: unknown): unknown {
    return given(this.#connect(), callback);
  }

  /** A statement that writes nothing, and may be run again when the connection is lost. */
  async read<Row extends pg.QueryResultRow = Record<string, unknown>>(
    config: string | pg.QueryConfig,
    values?: readonly unknown[],
    { after = null }: ReadOptions = {},
  ): Promise<pg.QueryResult<Row>> {
    const opened = this.#opened ?? (await this.#open());
    return (await read(opened, config, values, after === null ? null : this.#parse(after))) as pg.QueryResult<Row>;
  }

  /** A client for several reads, in a transaction or not. */
  async connectToRead({ after = null }: ReadOptions = {}): Promise<pg.PoolClient> {
    const opened = this.#opened ?? (await this.#open());
    const client = await ReadingClient.open(opened, after === null ? null : this.#parse(after));
    return client as unknown as pg.PoolClient;
  }

  /**
   * Runs a transaction on the primary; what `work` throws rolls it back. With `retries` it is run again that often when it
   * is certain that nothing was kept: then `work` must do nothing outside the database.
   */
  async transaction<T>(
    work: (client: pg.PoolClient) => Promise<T>,
    { retries = 0 }: { readonly retries?: number } = {},
  ): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#transact(work);
      } catch (error) {
        if (attempt >= retries || outcomeOf(error) !== "retryable") throw error;
        await sleep(Math.random() * Math.min(1_000, 50 * 2 ** attempt));
      }
    }
  }

  /**
   * Runs `work` as one request, job or message: its reads see what it wrote, and what whoever gave the token had seen.
   * Whatever it begins without waiting for belongs to it as well.
   */
  scope<T>(token: string | null | undefined, work: () => T, { readsOnly = false }: ScopeOptions = {}): T {
    return scopes.run(new Scope(parseLsn(token), readsOnly), work);
  }

  /**
   * Up to where others must see the log, to see what this scope has written and seen: for a session, a job, a message.
   * `null` when it has seen nothing. Never fails: while the primary cannot be asked it leads to the primary.
   */
  async token(): Promise<string | null> {
    const scope = scopes.getStore();
    if (scope === undefined) return await this.#position();
    try {
      return await scope.settle(() => this.#position());
    } catch {
      return ALL;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const opened = this.#opened ?? (await this.#opening?.catch(() => null));
    await opened?.replicas.close();
    await opened?.primary.close();
  }

  /** As pg's. */
  end(callback?: unknown): unknown {
    return given(this.close(), callback);
  }

  async #query(config: string, values: unknown): Promise<pg.QueryResult> {
    const scope = scopes.getStore();
    const opened = this.#opened ?? (await this.#open());
    if (scope?.readsOnly) return await read(opened, config, values, null);
    scope?.write();
    try {
      return await opened.primary.query(config, values);
    } finally {
      // Whoever looked where the log is meanwhile has looked too early.
      scope?.write();
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    const scope = scopes.getStore();
    if (scope?.readsOnly) return await this.connectToRead();
    const client = await (this.#opened ?? (await this.#open())).primary.connect();
    if (scope === undefined) return client;
    const giveBack = scope.take();
    const { release } = client;
    client.release = (error) => {
      giveBack();
      release.call(client, error);
    };
    return client;
  }

  async #transact<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    let failed = true;
    try {
      await client.query("begin");
      const result = await work(client);
      await client.query("commit");
      failed = false;
      return result;
    } catch (error) {
      // One that cannot roll back is thrown away with what it had begun.
      failed = await client.query("rollback").then(
        () => false,
        () => true,
      );
      throw error;
    } finally {
      client.release(failed);
    }
  }

  async #position(): Promise<Lsn> {
    const { primary } = this.#opened ?? (await this.#open());
    const { rows } = await primary.query("select pg_current_wal_insert_lsn()::text as lsn");
    return (rows[0] as { lsn: Lsn }).lsn;
  }

  #parse(token: string): Lsn {
    const lsn = parseLsn(token);
    if (lsn === null) throw new Fault("TF_RT_OPTION", "db: `after` is no token");
    return lsn;
  }

  #open(): Promise<Opened> {
    if (this.#closed) return Promise.reject(new Fault("TF_RT_CLOSED", "the database is closed"));
    this.#opening ??= this.#load();
    return this.#opening;
  }

  async #load(): Promise<Opened> {
    const { default: module } = await loadPeer("pg", () => import("pg"));
    const { databaseReadUrls } = this.#context.environment;
    const parts = { context: this.#context, rules: this.#rules, figures: this.#figures };
    const { connections, readConnections } = this.#rules;
    const primary = new Server(module, this.#url, { ...parts, target: "primary", connections });
    const reading = { ...parts, target: "replica", connections: readConnections } as const;
    const replicas = new Replicas(module, databaseReadUrls, this.#url, reading);
    this.#opened = { primary, replicas, Guarded: guardedQuery(module.Query), figures: this.#figures };
    return this.#opened;
  }
}

/** Throws `TF_RT_NOT_CONFIGURED` without DATABASE_URL, and `TF_RT_OPTION`. */
export function openDatabase(context: Context, options: DatabaseOptions = {}): RoutingPool {
  return new RoutingPool(context, options);
}
