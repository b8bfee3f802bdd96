import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import pg from "pg";
import { type Context, openContext } from "../../context/index.ts";
import { isFault } from "../../fault/index.ts";
import { eventually } from "../../testing/eventually.ts";
import { PostgresServer } from "../../testing/postgres-server.ts";
import { RedisServer } from "../../testing/redis-server.ts";
import { Outbox, openQueues, type Queues } from "../index.ts";

let database: PostgresServer;
let redis: RedisServer;

before(async () => {
  [database, redis] = await Promise.all([PostgresServer.start(), RedisServer.start()]);
});

after(async () => {
  await redis[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await redis.command("FLUSHALL");
  await database.query("drop table if exists tenfold_outbox");
});

/** A process of an application: a pool, queues, and an outbox whose table is there. */
class Application implements AsyncDisposable {
  readonly pool: pg.Pool;
  readonly context: Context;
  readonly queues: Queues;
  readonly outbox: Outbox;
  readonly warnings: string[] = [];

  private constructor() {
    this.pool = new pg.Pool({ connectionString: database.url, max: 8, connectionTimeoutMillis: 1_000 });
    this.pool.on("error", () => {});
    this.context = openContext({ env: redis.env, warn: (message) => this.warnings.push(message) });
    this.queues = openQueues(this.context, { deadline: 2_000, grace: 1_000 });
    this.outbox = new Outbox(this.queues);
  }

  static async open(): Promise<Application> {
    const application = new Application();
    await Outbox.migrate(application.pool);
    return application;
  }

  async transaction(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    const client = await this.pool.connect();
    client.on("error", () => {});
    try {
      await client.query("begin");
      await work(client);
      await client.query("commit");
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  relay(): void {
    this.queues.relay({ pool: this.pool, interval: 20, batch: 50 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.queues.close();
    await this.context.close();
    await this.pool.end();
  }
}

async function left(): Promise<number> {
  const [row] = await database.query("select count(*)::int as left from tenfold_outbox");
  return row?.left as number;
}

test("a job exists if, and only if, its transaction was committed", async () => {
  await using application = await Application.open();
  const { queues, outbox } = application;
  application.relay();
  const seen: unknown[] = [];
  queues.work({ mail: ({ data }) => seen.push(data) });
  await application.transaction(async (client) => await outbox.enqueue(client, "mail", { to: "a" }));
  const broken = application.transaction(async (client) => {
    await outbox.enqueue(client, "mail", { to: "b" });
    throw new Error("no such order");
  });
  await assert.rejects(broken, /no such order/);
  await application.transaction(async (client) => await outbox.enqueue(client, "mail", { to: "c" }));
  await eventually("two ran", () => seen.length === 2);
  assert.deepEqual(seen, [{ to: "a" }, { to: "c" }]);
  await eventually("none is left", async () => (await left()) === 0);
});

test("a job that was relayed knows up to where a replica must have come to see what was committed with it", async () => {
  await using application = await Application.open();
  const { queues, outbox } = application;
  application.relay();
  const tokens: (string | null)[] = [];
  queues.work({ mail: ({ token }) => tokens.push(token) });
  let position = "";
  await application.transaction(async (client) => {
    await outbox.enqueue(client, "mail");
    position = (await client.query("select pg_current_wal_insert_lsn()::text as lsn")).rows[0].lsn;
  });
  const [token] = await eventually("it ran", () => tokens.length > 0 && tokens);
  const [row] = await database.query(`select '${token}'::pg_lsn >= '${position}'::pg_lsn as covers`);
  assert.equal(row?.covers, true);
});

test("many relays move many jobs, each once, and those of a key in their order", async () => {
  const applications = await Promise.all([Application.open(), Application.open(), Application.open()]);
  await using stack = new AsyncDisposableStack();
  for (const application of applications) stack.use(application);
  const [first] = applications as [Application, ...Application[]];
  const seen: number[] = [];
  const ordered: number[] = [];
  first.queues.work({ free: ({ data }) => seen.push(data), kept: ({ data }) => ordered.push(data) });
  for (const application of applications) application.relay();
  for (let at = 0; at < 300; at += 30) {
    await first.transaction(async (client) => {
      const numbers = Array.from({ length: 30 }, (_, index) => at + index);
      await first.outbox.enqueueAll(
        client,
        numbers.map((data) => ({ task: "free", data })),
      );
      await first.outbox.enqueue(client, "kept", at, { order: "k" });
    });
  }
  await eventually("all ran", () => seen.length >= 300 && ordered.length >= 10);
  assert.deepEqual(
    seen.toSorted((a, b) => a - b),
    Array.from({ length: 300 }, (_, index) => index),
  );
  assert.deepEqual(ordered, [0, 30, 60, 90, 120, 150, 180, 210, 240, 270]);
  // A job can have run before the relay has taken it out of the table.
  await eventually("none is left", async () => (await left()) === 0);
});

test("a relay that dies between Redis and PostgreSQL enqueues nothing twice", async () => {
  await using application = await Application.open();
  const { queues, outbox, pool } = application;
  const numbers = Array.from({ length: 20 }, (_, index) => ({ task: "count", data: index }));
  await application.transaction(async (client) => await outbox.enqueueAll(client, numbers));
  let dies = true;
  const dying = {
    connect: async () => {
      const client = await pool.connect();
      return {
        query: async (text: string, values?: unknown[]) => {
          if (dies && text.startsWith("delete")) {
            dies = false;
            throw new Error("the process died");
          }
          return await client.query(text, values);
        },
        release: (error?: Error | boolean) => client.release(error),
      };
    },
  };
  const seen: number[] = [];
  queues.work({ count: ({ data }) => seen.push(data) });
  queues.relay({ pool: dying, interval: 20 });
  await eventually("it died, and moved them all", async () => !dies && (await left()) === 0);
  await eventually("all ran", () => seen.length >= 20);
  assert.equal((await queues.measure("default")).waiting, 0);
  assert.equal(seen.length, 20);
});

test("while Redis or PostgreSQL is away jobs wait in the table, and go on when it is back", async () => {
  await using application = await Application.open();
  const { queues, outbox } = application;
  const seen: string[] = [];
  queues.work({ mail: ({ data }) => seen.push(data) });
  application.relay();
  await redis.kill();
  await application.transaction(async (client) => await outbox.enqueue(client, "mail", "while Redis was away"));
  await eventually("it says so", () => application.warnings.includes("the outbox is not relayed"));
  assert.equal(await left(), 1);
  await redis.start();
  await eventually("it ran", () => seen.length === 1);
  await database.kill();
  await assert.rejects(application.transaction(async (client) => await outbox.enqueue(client, "mail", "lost")));
  await database.start();
  await eventually("it is written", async () => {
    await application.transaction(async (client) => await outbox.enqueue(client, "mail", "after PostgreSQL was away"));
    return true;
  });
  await eventually("it ran", () => seen.includes("after PostgreSQL was away"));
});

test("what could not be enqueued is refused when it is written", async () => {
  await using application = await Application.open();
  const { outbox, pool } = application;
  await assert.rejects(outbox.enqueue(pool, "a", 1, { priority: -1 }), (error) => isFault(error, "TF_RT_OPTION"));
  await eventually("none is left", async () => (await left()) === 0);
});
