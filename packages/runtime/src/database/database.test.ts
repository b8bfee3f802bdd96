import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { drizzle } from "drizzle-orm/node-postgres";
import { integer, pgTable, serial } from "drizzle-orm/pg-core";
import { Kysely, PostgresDialect } from "kysely";
import type pg from "pg";
import { isFault } from "../fault/index.ts";
import { DatabasePair, type Opened, routes } from "../testing/database-pair.ts";
import { eventually } from "../testing/eventually.ts";
import { outcomeOf } from "./outcome.ts";

const LATE = 400;
let pair: DatabasePair;

before(async () => {
  pair = await DatabasePair.start(LATE);
  await pair.primary.query("create table counts (id serial primary key, n int not null default 0)");
  await pair.primary.query("insert into counts (n) values (0)");
  await eventually("the replica has the table", () => pair.replica.query("select 1 from counts"));
});
after(() => pair?.[Symbol.asyncDispose]());

/** Until a read is led to the replica. */
async function meetReplica({ db, context }: Opened): Promise<void> {
  await eventually("the replica is known", async () => {
    await db.read("select 1");
    return (routes(context).replica ?? 0) > 0;
  });
}

const count = (rows: readonly Record<string, unknown>[]) => Number(rows[0]?.n);

test("what a request wrote is seen by it and by those that have its token, though the replica is late; without, it is not", async () => {
  await using opened = pair.open();
  const { db, context } = opened;
  await meetReplica(opened);
  let stale = 0;
  for (let round = 1; round <= 20; round += 1) {
    const { token, own } = await db.scope(null, async () => {
      await db.query("update counts set n = $1 where id = 1", [round]);
      const own = count((await db.read("select n from counts where id = 1")).rows);
      return { token: await db.token(), own };
    });
    assert.equal(own, round);
    const naive = await db.read("select n from counts where id = 1");
    if (count(naive.rows) !== round) stale += 1;
    const next = await db.scope(token, () => db.read("select n from counts where id = $1", [1]));
    assert.equal(count(next.rows), round);
    const explicit = await db.read("select n from counts where id = 1", [], { after: token });
    assert.equal(count(explicit.rows), round);
  }
  assert.ok(stale >= 15, `a read without a token was stale ${stale} times of 20: the test shows nothing`);
  const { replica = 0, own_write = 0, behind = 0 } = routes(context);
  assert.ok(replica >= 20 && own_write === 20 && behind >= 20, JSON.stringify(routes(context)));
});

test("once the replica has replayed what a token asks for, it is read from, in a round trip with the check", async () => {
  await using opened = pair.open();
  const { db, context } = opened;
  await meetReplica(opened);
  const token = await db.scope(null, async () => {
    await db.query("update counts set n = 77 where id = 1");
    return await db.token();
  });
  await eventually("the replica is led to", async () => {
    const before = routes(context).replica ?? 0;
    const { rows } = await db.read("select n, pg_is_in_recovery() as replica from counts where id = $1", [1], {
      after: token,
    });
    assert.equal(count(rows), 77);
    return (routes(context).replica ?? 0) > before && rows[0]?.replica === true;
  });
  const whole = await db.read({ text: "select n from counts where id = $1", values: [1] }, undefined, { after: token });
  assert.deepEqual([whole.command, whole.rowCount, whole.fields[0]?.name], ["SELECT", 1, "n"]);
  await assert.rejects(db.read("select 1/0", [], { after: token }), { code: "22012" });
});

test("a URL that leads to a server that is behind, after it was looked at, gives no stale read", async () => {
  await using opened = pair.open({ lookEvery: 60_000 });
  const { db, context } = opened;
  await meetReplica(opened);
  const far = "FFFF/0";
  // As if another server had been behind the URL when it was looked at.
  const { opened: inner } = db;
  const replicas = inner?.replicas as unknown as { choose: (token: unknown) => unknown };
  const choose = replicas.choose.bind(replicas);
  replicas.choose = () => choose(null);
  const { rows } = await db.read("select pg_is_in_recovery() as replica", [], { after: far });
  assert.equal(rows[0]?.replica, false);
  const client = await db.connectToRead({ after: far });
  await client.query("begin");
  const inside = await client.query("select pg_is_in_recovery() as replica");
  await client.query("commit");
  client.release();
  assert.equal(inside.rows[0]?.replica, false);
  const { behind = 0, rerouted = 0 } = routes(context);
  assert.ok(behind >= 1 && rerouted >= 1, JSON.stringify(routes(context)));
});

test("a write that was given as a read is led to the primary, where nothing has run; within a transaction it is told", async () => {
  await using opened = pair.open();
  await meetReplica(opened);
  const { rows } = await opened.db.read("insert into counts (n) values (5) returning n");
  assert.equal(count(rows), 5);
  const client = await opened.db.connectToRead();
  await client.query("begin");
  await assert.rejects(client.query("insert into counts (n) values (6)"), (error) => {
    return isFault(error, "TF_RT_DATABASE_READ_ONLY") && outcomeOf(error) === "retryable";
  });
  await client.query("rollback");
  client.release();
});

test("a replica that is frozen or dead takes no reads, and comes back", async () => {
  await using opened = pair.open({ deadline: 2_000, patience: 2_000 });
  const { db, context } = opened;
  await meetReplica(opened);
  await pair.replica.kill();
  for (let at = 0; at < 5; at += 1) assert.equal((await db.read("select 1 as n")).rows[0]?.n, 1);
  await eventually("nobody is led there", async () => {
    const before = routes(context).none ?? 0;
    await db.read("select 1");
    return (routes(context).none ?? 0) > before;
  });
  await pair.replica.start();
  const before = routes(context).replica ?? 0;
  await eventually("it is led to again", async () => {
    await db.read("select 1");
    return (routes(context).replica ?? 0) > before;
  });
});

test("a replica that is later than allowed takes no reads", async () => {
  await using opened = pair.open({ maxLag: 100 });
  const { db, context } = opened;
  await eventually("it left", async () => {
    await db.query("update counts set n = n + 1 where id = 1");
    const before = routes(context).none ?? 0;
    await db.read("select 1");
    return (routes(context).replica ?? 0) > 0 && (routes(context).none ?? 0) > before;
  });
});

test("Kysely and Drizzle run on it, for writes, transactions and reads", async () => {
  await using opened = pair.open();
  const { db, context } = opened;
  await meetReplica(opened);
  interface Tables {
    counts: { id: number; n: number };
  }
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: db.pool }) });
  const reads = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: db.reader }) });
  const counts = pgTable("counts", { id: serial().primaryKey(), n: integer().notNull() });
  await db.scope(null, async () => {
    const id = await kysely.transaction().execute(async (transaction) => {
      const made = await transaction
        .insertInto("counts")
        .values({ n: 8, id: 1_000 })
        .returning("id")
        .executeTakeFirstOrThrow();
      return made.id;
    });
    assert.deepEqual(await reads.selectFrom("counts").select("n").where("id", "=", id).execute(), [{ n: 8 }]);
  });
  const orm = drizzle({ client: db.pool });
  const ormReads = drizzle({ client: db.reader });
  await db.scope(null, async () => {
    await orm.transaction(async (transaction) => {
      await transaction.insert(counts).values({ id: 1_001, n: 9 });
      await assert.rejects(
        transaction.transaction(async (inner) => {
          await inner.insert(counts).values({ id: 1_002, n: 9 });
          inner.rollback();
        }),
      );
    });
    assert.deepEqual(await ormReads.select().from(counts), await orm.select().from(counts));
  });
  assert.ok((routes(context).own_write ?? 0) >= 2);
  const before = routes(context).replica ?? 0;
  await reads.selectFrom("counts").select("n").execute();
  await ormReads.select().from(counts);
  assert.equal(routes(context).replica, before + 2);
});

test("a request of reads alone reads from replicas whatever it calls", async () => {
  await using opened = pair.open();
  await meetReplica(opened);
  const { db } = opened;
  const ask = async () => {
    const client = await db.connect();
    const first = await client.query("select pg_is_in_recovery() as replica");
    client.release();
    const second = await db.query("select pg_is_in_recovery() as replica");
    return [first.rows[0]?.replica, second.rows[0]?.replica];
  };
  assert.deepEqual(
    await db.scope(null, ask, { readsOnly: true }),
    [true, true],
    JSON.stringify(routes(opened.context)),
  );
  assert.deepEqual(await db.scope(null, ask), [false, false]);
});

test("it takes callbacks as pg does, and slow statements are told without what they were given", async () => {
  const told: unknown[] = [];
  await using opened = pair.open({ slow: 0 }, {}, { warn: (message, detail) => void told.push([message, detail]) });
  const { db } = opened;
  const result = await new Promise<pg.QueryResult>((resolve, reject) => {
    db.query("select $1::text as a", ["secret-value"], (error: unknown, value: pg.QueryResult) => {
      if (error) reject(error);
      else resolve(value);
    });
  });
  assert.equal(result.rows[0]?.a, "secret-value");
  assert.equal(db.totalCount, 1);
  assert.equal(db.idleCount, 1);
  const text = JSON.stringify(told);
  assert.match(text, /a statement was slow.*select \$1::text as a/);
  assert.doesNotMatch(text, /secret-value/);
});
