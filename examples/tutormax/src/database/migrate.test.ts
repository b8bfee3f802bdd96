import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { migrateDatabase, startProcess } from "../testing/application.ts";
import { Postgres } from "../testing/postgres.ts";
import { Scratch } from "../testing/scratch.ts";

let scratch: Scratch;
let server: Postgres;
let env: Readonly<Record<string, string>>;

before(async () => {
  scratch = await Scratch.create();
  server = await Postgres.primary(scratch);
  env = { DATABASE_DIRECT_URL: server.url, DATABASE_URL: "postgres://127.0.0.1:1/the-pooler" };
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await scratch[Symbol.asyncDispose]();
  await scratch.assertGone();
});
beforeEach(async () => {
  await server.query("DROP TABLE IF EXISTS migrations, sessions, daily_metrics");
});

async function countSessions(): Promise<number> {
  const [row] = await server.query("SELECT count(*)::int AS count FROM sessions");
  return Number(row?.count);
}

test("the release command goes past the pooler, creates the tables and loads the demo sessions", async () => {
  const { events } = await migrateDatabase(env);
  assert.deepEqual(events[0]?.applied, ["create sessions", "create daily_metrics", "load demo sessions"]);
  const count = await countSessions();
  assert.ok(count > 300 && count < 500, `${count} sessions`);
});

test("it does nothing the second time, so that a session that was deleted stays so", async () => {
  await migrateDatabase(env);
  await server.query("DELETE FROM sessions WHERE id > 10");
  const { events } = await migrateDatabase(env);
  assert.deepEqual(events[0]?.applied, []);
  assert.equal(await countSessions(), 10);
});

test("of four that run at once, one does the work and the others find it done", async () => {
  const runs = await Promise.all(Array.from({ length: 4 }, () => migrateDatabase(env)));
  const working = runs.filter(({ events }) => Array.isArray(events[0]?.applied) && events[0].applied.length > 0);
  assert.equal(working.length, 1);
  const [row] = await server.query("SELECT count(*)::int AS count, count(DISTINCT id)::int AS ids FROM sessions");
  assert.equal(row?.count, row?.ids);
});

test("one that fails half-way leaves nothing behind, and says why in one line", async () => {
  await server.query("CREATE TABLE daily_metrics (of text)");
  await using child = startProcess("migrate", env);
  assert.equal((await child.ended).code, 1);
  assert.match(child.output, /^tutormax: the migration failed: relation "daily_metrics" already exists\n$/);
  const [row] = await server.query("SELECT to_regclass('sessions') AS sessions");
  assert.equal(row?.sessions, null);
});

test("without a database there is nothing to do, and that is no error", async () => {
  const { events } = await migrateDatabase({});
  assert.equal(events[0]?.event, "nothing to migrate");
});
