import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { PoolClient } from "pg";
import { isFault } from "../fault/index.ts";
import { openHealth } from "../health/index.ts";
import { eventually } from "../testing/eventually.ts";
import { PostgresServer } from "../testing/postgres-server.ts";
import { testContext } from "../testing/test-context.ts";
import { openDatabase, type RoutingPool } from "./database.ts";
import { outcomeOf } from "./outcome.ts";

let server: PostgresServer;
before(async () => {
  server = await PostgresServer.start();
  // Its settings lose what was committed last, which is not what is tested here.
  await server.query("alter system set synchronous_commit = on");
  await server.query("select pg_reload_conf()");
  await server.query("set synchronous_commit = on; create table kept (n int primary key)");
});
after(() => server?.[Symbol.asyncDispose]());

function open(options = {}): AsyncDisposable & { readonly db: RoutingPool } {
  const context = testContext({ DATABASE_URL: server.url });
  const db = openDatabase(context, { patience: 2_000, ...options });
  const close = async () => {
    await db.close();
    await context.close();
  };
  return { db, [Symbol.asyncDispose]: close };
}

const failureOf = async (promise: Promise<unknown>): Promise<unknown> => {
  return await promise.then(
    () => assert.fail("it did not fail"),
    (error: unknown) => error,
  );
};
const insert = (n: number) => async (client: PoolClient) =>
  void (await client.query("insert into kept values ($1)", [n]));
const has = async (n: number) => (await server.query(`select 1 from kept where n = ${n}`)).length === 1;

test("a primary that dies within a transaction leaves nothing, one that is away has done nothing, and then all is well", async () => {
  await using opened = open();
  const { db } = opened;
  const client = await db.connect();
  await client.query("begin");
  await client.query("insert into kept values (1)");
  await server.kill();
  const lost = await failureOf(client.query("insert into kept values (2)"));
  client.release();
  assert.ok(isFault(lost, "TF_RT_DATABASE_ROLLED_BACK"), String(lost));
  const away = await failureOf(db.query("insert into kept values (3)"));
  assert.ok(isFault(away, "TF_RT_DATABASE_AWAY"), String(away));
  assert.equal(outcomeOf(away), "retryable");
  await server.start();
  await db.transaction(insert(4), { retries: 10 });
  assert.deepEqual([await has(1), await has(2), await has(3), await has(4)], [false, false, false, true]);
});

test("a transaction that is run again when nothing was kept is kept once", async () => {
  await using opened = open();
  const { db } = opened;
  let runs = 0;
  const done = db.transaction(
    async (client) => {
      runs += 1;
      await insert(10)(client);
      if (runs > 1) return;
      // With the time that it may take: a commit that reaches it before its end is another case.
      await server.query(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity where state = 'idle in transaction'",
      );
    },
    { retries: 5 },
  );
  await done;
  assert.equal(runs, 2);
  assert.ok(await has(10));
});

test("whoever loses the connection during a commit is told that nobody knows, and is not run again", async () => {
  await server.query("alter system set synchronous_standby_names = 'nobody'");
  await server.query("select pg_reload_conf()");
  try {
    await using opened = open();
    const { db } = opened;
    const waiting = () => server.query("select pid from pg_stat_activity where wait_event = 'SyncRep'");
    const commit = (n: number) => {
      const work = async (client: PoolClient) => {
        await client.query("set local synchronous_commit = on");
        await insert(n)(client);
      };
      return failureOf(db.transaction(work, { retries: 3 }));
    };
    for (const [n, end] of [
      [20, "pg_cancel_backend"],
      [21, "pg_terminate_backend"],
    ] as const) {
      const failure = commit(n);
      const [row] = await eventually("it waits for a replica", async () => {
        const rows = await waiting();
        return rows.length === 1 && rows;
      });
      await server.query(`select ${end}(${row?.pid})`);
      const error = await failure;
      assert.ok(isFault(error, "TF_RT_DATABASE_INDETERMINATE"), `${end}: ${error}`);
      assert.equal(outcomeOf(error), "indeterminate");
      assert.ok(await has(n), "it was kept, and another one might not have been");
    }
  } finally {
    await server.query("alter system reset synchronous_standby_names");
    await server.query("select pg_reload_conf()");
  }
});

test("a server that says nothing holds nobody up beyond the deadline, and health tells of it", async () => {
  const context = testContext({ DATABASE_URL: server.url });
  const db = openDatabase(context, { deadline: 500, patience: 500 });
  const health = openHealth(context, { keep: 0, deadline: 1_000 });
  await db.query("select 1");
  assert.equal((await health.ready()).database, "ok");
  server.freeze();
  try {
    const error = await failureOf(db.query("insert into kept values (30)"));
    assert.ok(isFault(error, "TF_RT_DATABASE_INDETERMINATE"), String(error));
    assert.ok(isFault(await failureOf(db.query("select 1")), "TF_RT_DATABASE_AWAY"));
    const answer = await health.ready();
    assert.deepEqual([answer.status, answer.database], ["degraded", "away"]);
    assert.equal(await db.scope(null, () => db.query("select 1").catch(() => db.token())), "FFFFFFFF/FFFFFFFF");
  } finally {
    server.thaw();
  }
  await eventually("it answers", () => db.query("select 1"));
  await db.close();
  await context.close();
});
