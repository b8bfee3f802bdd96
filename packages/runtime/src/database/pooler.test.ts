import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DatabasePair, routes } from "../testing/database-pair.ts";
import { eventually } from "../testing/eventually.ts";
import { PgBouncer } from "../testing/pgbouncer.ts";

let pair: DatabasePair;
let pooler: PgBouncer;
const stack = new AsyncDisposableStack();
before(async () => {
  pair = stack.use(await DatabasePair.start(300));
  await pair.primary.query("create table counts (id int primary key, n int not null)");
  await pair.primary.query("insert into counts values (1, 0)");
  await eventually("the replica has it", async () => (await pair.replica.query("select 1 from counts")).length === 1);
  pooler = stack.use(await PgBouncer.start({ app: pair.primary.port, app_read_1: pair.replica.port }));
});
after(() => stack.disposeAsync());

const open = (options = {}) =>
  pair.open(options, { DATABASE_URL: pooler.url("app"), DATABASE_READ_URL_1: pooler.url("app_read_1") });

test("named statements run through a pooler that cannot have them, since they are sent without their names", async () => {
  await using opened = open({ connections: 20 });
  const { db } = opened;
  const text = "select $1::int as n, pg_sleep(0.001)";
  const all = await Promise.all(Array.from({ length: 100 }, (_, n) => db.query({ name: "named", text, values: [n] })));
  assert.deepEqual(
    all.map(({ rows }) => rows[0]?.n),
    Array.from({ length: 100 }, (_, n) => n),
  );
  await using direct = pair.open();
  await direct.db.query({ name: "kept", text: "select 1" });
  const { rows } = await direct.db.query("select name from pg_prepared_statements");
  assert.deepEqual(rows, [{ name: "kept" }]);
});

test("through the pooler as well, whoever has a token sees what was written, under concurrency", async () => {
  await using opened = open();
  const { db, context } = opened;
  await eventually("the replica is known", async () => {
    await db.read("select 1");
    return (routes(context).replica ?? 0) > 0;
  });
  let stale = 0;
  for (let n = 1; n <= 10; n += 1) {
    const token = await db.scope(null, async () => {
      await db.transaction(async (client) => void (await client.query("update counts set n = $1 where id = 1", [n])));
      return await db.token();
    });
    const reads = Array.from({ length: 5 }, () => db.read("select n from counts where id = $1", [1], { after: token }));
    for (const { rows } of await Promise.all(reads)) assert.equal(rows[0]?.n, n);
    if ((await db.read("select n from counts where id = 1")).rows[0]?.n !== n) stale += 1;
  }
  assert.ok(stale >= 7, `a read without a token was stale ${stale} times of 10`);
  const token = await db.scope(null, async () => {
    await db.query("update counts set n = 99");
    return await db.token();
  });
  await eventually("the replica is read from, with the check", async () => {
    const { rows } = await db.read("select n, pg_is_in_recovery() as r from counts where id = $1", [1], {
      after: token,
    });
    assert.equal(rows[0]?.n, 99);
    return rows[0]?.r === true;
  });
});
