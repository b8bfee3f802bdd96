import { Redis } from "ioredis";
import pg from "pg";
import { SqlClient } from "../../packages/tenfold/src/drill/work/sql-client.ts";

/** What clients that wrote all the while have seen. */
export interface Written {
  /** Values that the service said it has. */
  readonly acknowledged: readonly string[];
  /** A sentence for each write that failed. */
  readonly failures: readonly string[];
  /** The longest time between two acknowledgements, in milliseconds. */
  readonly pause: number;
}

/** Clients that write one value after the other, and repeat nothing by themselves. */
export class Writers implements AsyncDisposable {
  readonly #acknowledged: string[] = [];
  readonly #failures: string[] = [];
  readonly #clients: Promise<void>[];
  readonly #close: () => Promise<void>;
  #last = performance.now();
  #pause = 0;
  #stopped = false;

  constructor(write: readonly ((value: string) => Promise<void>)[], close: () => Promise<void>) {
    this.#close = close;
    this.#clients = write.map((one, at) => this.#loop(at, one));
  }

  get acknowledged(): number {
    return this.#acknowledged.length;
  }

  /** Ends them, and tells what they saw. */
  async stop(): Promise<Written> {
    this.#stopped = true;
    await Promise.all(this.#clients);
    await this.#close();
    return { acknowledged: this.#acknowledged, failures: this.#failures, pause: this.#pause };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #loop(client: number, write: (value: string) => Promise<void>): Promise<void> {
    for (let at = 0; !this.#stopped; at += 1) {
      const value = `${client}-${at}`;
      try {
        await write(value);
        const now = performance.now();
        this.#pause = Math.max(this.#pause, now - this.#last);
        this.#last = now;
        this.#acknowledged.push(value);
      } catch (error) {
        this.#failures.push(
          `${new Date().toISOString()} ${value}: ${error instanceof Error ? error.message : String(error)}`,
        );
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

const TABLE = "acknowledged_writes";

/** Opens a connection that does not end the test when the server ends it. */
export async function connectPostgres(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  return client;
}

/** Clients of PostgreSQL that each keep their connection; whoever loses it makes another. A commit with a warning is none. */
export async function writePostgres(url: string, clients: number): Promise<Writers> {
  const first = await connectPostgres(url);
  await first.query(`CREATE TABLE IF NOT EXISTS ${TABLE} (value text PRIMARY KEY)`);
  await first.query(`TRUNCATE ${TABLE}`);
  await first.end();
  const open = Array.from({ length: clients }, () => new SqlClient(url));
  const write = open.map((client) => async (value: string): Promise<void> => {
    const { ending, error } = await client.attempt((session) =>
      session.commit(`INSERT INTO ${TABLE} VALUES ($1)`, [value]),
    );
    if (ending !== "ok") throw new Error(`${ending}: ${error}`);
  });
  return new Writers(write, async () => {
    for (const client of open) client.close();
  });
}

/** What PostgreSQL has of the values that were written. */
export async function readPostgres(url: string): Promise<ReadonlySet<string>> {
  const client = await connectPostgres(url);
  try {
    const { rows } = await client.query<{ value: string }>(`SELECT value FROM ${TABLE}`);
    return new Set(rows.map(({ value }) => value));
  } finally {
    await client.end();
  }
}

export function connectRedis(url: string): Redis {
  const redis = new Redis(url, { retryStrategy: () => 50 });
  redis.on("error", () => {});
  return redis;
}

/** Clients of Redis with a common library as it comes: it connects again and sends again what was not answered. */
export function writeRedis(url: string, clients: number): Writers {
  const open = Array.from({ length: clients }, () => connectRedis(url));
  const write = open.map((redis) => async (value: string): Promise<void> => {
    await redis.set(`written:${value}`, value);
  });
  return new Writers(write, async () => {
    for (const redis of open) redis.disconnect();
  });
}

/** What Redis has of the values that were written. */
export async function readRedis(url: string): Promise<ReadonlySet<string>> {
  const redis = connectRedis(url);
  try {
    const keys = await redis.keys("written:*");
    return new Set(keys.map((key) => key.slice("written:".length)));
  } finally {
    redis.disconnect();
  }
}
