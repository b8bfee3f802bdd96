import type { Context, ContextOptions } from "../context/index.ts";
import { type DatabaseOptions, openDatabase, type RoutingPool } from "../database/index.ts";
import { PostgresServer } from "./postgres-server.ts";
import { testContext } from "./test-context.ts";

/** A primary and a replica that is late by so many milliseconds on purpose. */
export class DatabasePair implements AsyncDisposable {
  readonly primary: PostgresServer;
  readonly replica: PostgresServer;

  private constructor(primary: PostgresServer, replica: PostgresServer) {
    this.primary = primary;
    this.replica = replica;
  }

  static async start(late: number): Promise<DatabasePair> {
    const primary = await PostgresServer.start();
    try {
      return new DatabasePair(
        primary,
        await PostgresServer.replicaOf(primary, `recovery_min_apply_delay = '${late}ms'`),
      );
    } catch (error) {
      await primary[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** An instance of an application over both. */
  open(options: DatabaseOptions = {}, env: Readonly<Record<string, string>> = {}, more: ContextOptions = {}): Opened {
    const urls = { DATABASE_URL: this.primary.url, DATABASE_READ_URL_1: this.replica.url, ...env };
    const context = testContext(urls, more);
    const db = openDatabase(context, { lookEvery: 20, ...options });
    const close = async () => {
      await db.close();
      await context.close();
    };
    return { db, context, [Symbol.asyncDispose]: close };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.replica[Symbol.asyncDispose]();
    await this.primary[Symbol.asyncDispose]();
  }
}

export interface Opened extends AsyncDisposable {
  readonly db: RoutingPool;
  readonly context: Context;
}

/** How many reads went where since the start. */
export function routes(context: Context): Readonly<Record<string, number>> {
  const counters = context.meters.list().filter(({ name }) => name === "tenfold_database_reads_total");
  return Object.fromEntries(counters.map((one) => [one.labels.to, one.kind === "counter" ? one.value : 0]));
}
