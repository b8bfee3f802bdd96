import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import pg from "pg";
import { Database } from "../database/database.ts";
import { migrate } from "../database/migrate.ts";
import { aggregateDailyMetrics } from "../jobs/daily-metrics.ts";
import { createLog } from "../log.ts";
import { Services } from "../testing/services.ts";
import { MemorySessionStore } from "./memory-store.ts";
import { PostgresSessionStore } from "./postgres-store.ts";
import type { NewSession } from "./session.ts";
import type { SessionStore } from "./store.ts";

interface Subject {
  readonly store: SessionStore;
  /** Does what a worker would do. */
  readonly aggregate: () => Promise<unknown>;
}

const ADA: NewSession = { tutor: "Ada", student: "Bo", subject: "Algebra", minutes: 45, rating: 5 };
const BEN: NewSession = { tutor: "Ben", student: "Bo", subject: "Latin", minutes: 60, rating: 4 };

/** What every store does. `open` gives an empty one. */
function describeStore(name: string, open: () => Promise<Subject>): void {
  test(`${name}: a session that was recorded can be read, with an id and a time`, async () => {
    const { store } = await open();
    const recorded = await store.record(ADA, "key-1");
    assert.ok(recorded.outcome === "created");
    const { id, recorded_at, ...session } = recorded.session;
    assert.deepEqual(session, ADA);
    assert.ok(Number.isInteger(id));
    assert.ok(Math.abs(Date.parse(recorded_at) - Date.now()) < 5_000);
    assert.deepEqual((await store.recent(10)).value, [recorded.session]);
  });

  test(`${name}: a key that comes again records nothing, and gets the first answer`, async () => {
    const { store } = await open();
    const first = await store.record(ADA, "key-1");
    assert.ok(first.outcome === "created");
    assert.deepEqual(await store.record(ADA, "key-1"), { outcome: "replayed", session: first.session });
    assert.equal((await store.recent(10)).value.length, 1);
  });

  test(`${name}: a key that comes ten times at once records one session`, async () => {
    const { store } = await open();
    const all = await Promise.all(Array.from({ length: 10 }, () => store.record(ADA, "key-1")));
    assert.deepEqual(all.map(({ outcome }) => outcome).sort(), ["created", ...Array<string>(9).fill("replayed")]);
    assert.equal((await store.recent(10)).value.length, 1);
  });

  test(`${name}: a key that comes again for another session is a conflict`, async () => {
    const { store } = await open();
    await store.record(ADA, "key-1");
    assert.deepEqual(await store.record(BEN, "key-1"), { outcome: "conflict" });
    assert.equal((await store.recent(10)).value.length, 1);
  });

  test(`${name}: the latest sessions come first, and not more than asked for`, async () => {
    const { store } = await open();
    for (const minutes of [10, 20, 30]) await store.record({ ...ADA, minutes }, `key-${minutes}`);
    const latest = (await store.recent(2)).value.map(({ minutes }) => minutes);
    assert.deepEqual(latest, [30, 20]);
  });

  test(`${name}: metrics are summed for each tutor, who taught most first`, async () => {
    const { store } = await open();
    await store.record(ADA, "1");
    await store.record(BEN, "2");
    await store.record({ ...BEN, rating: 5 }, "3");
    await store.record({ ...BEN, rating: 5 }, "4");
    const latest = (await store.recent(1)).value[0]?.recorded_at;
    const [ben, ada, ...others] = (await store.perTutor()).value;
    assert.deepEqual(ben, { tutor: "Ben", sessions: 3, minutes: 180, average_rating: 4.67, last_session: latest });
    assert.deepEqual(
      { ...ada, last_session: "" },
      { tutor: "Ada", sessions: 1, minutes: 45, average_rating: 5, last_session: "" },
    );
    assert.deepEqual(others, []);
  });

  test(`${name}: metrics are summed for each day`, async () => {
    const { store, aggregate } = await open();
    await store.record(ADA, "1");
    await store.record(BEN, "2");
    await aggregate();
    const day = (await store.recent(1)).value[0]?.recorded_at.slice(0, 10);
    assert.deepEqual((await store.perDay(30)).value, [{ day, sessions: 2, minutes: 105, average_rating: 4.5 }]);
  });

  test(`${name}: an empty store has empty metrics`, async () => {
    const { store, aggregate } = await open();
    await aggregate();
    assert.deepEqual((await store.perTutor()).value, []);
    assert.deepEqual((await store.perDay(30)).value, []);
    assert.deepEqual((await store.recent(10)).value, []);
  });
}

describeStore("memory", async () => ({ store: new MemorySessionStore(() => new Date()), aggregate: async () => {} }));

describe("PostgreSQL through PgBouncer", () => {
  let services: Services;
  let database: Database;
  before(async () => {
    services = await Services.start();
    const client = new pg.Client({ connectionString: services.primary.url });
    await client.connect();
    await migrate(client, new Date());
    await client.end();
    database = new Database(
      { primary: services.pooler.url, replicas: [] },
      createLog("test", "error", () => {}),
    );
  });
  after(async () => {
    await database.close();
    await services[Symbol.asyncDispose]();
  });

  describeStore("PostgreSQL", async () => {
    await services.primary.query("TRUNCATE sessions, daily_metrics");
    const aggregate = () => aggregateDailyMetrics(services.pooler.url);
    return { store: new PostgresSessionStore(database), aggregate };
  });

  test("days that are known are computed anew, and the day before the last of them too", async () => {
    await services.primary.query("TRUNCATE sessions, daily_metrics");
    const add = (days: number) =>
      services.primary.query(`INSERT INTO sessions (tutor, student, subject, minutes, rating, recorded_at)
                              VALUES ('Ada', 'Bo', 'Algebra', 30, 5, now() - interval '${days} days')`);
    const sums = async () => {
      await aggregateDailyMetrics(services.pooler.url);
      const rows = await services.primary.query("SELECT sessions FROM daily_metrics ORDER BY day");
      return rows.map(({ sessions }) => sessions);
    };
    for (const days of [3, 1, 0]) await add(days);
    assert.deepEqual(await sums(), [1, 1, 1]);
    assert.deepEqual(await sums(), [1, 1, 1]);
    await add(1);
    await add(0);
    assert.deepEqual(await sums(), [1, 2, 2]);
  });

  test("two workers that compute the same days at once do not get in each other's way", async () => {
    await services.primary.query(`INSERT INTO sessions (tutor, student, subject, minutes, rating, recorded_at)
      SELECT 'Ada', 'Bo', 'Algebra', 30, 5, now() - n * interval '1 hour' FROM generate_series(0, 2000) AS n`);
    await services.primary.query("TRUNCATE daily_metrics");
    await Promise.all(Array.from({ length: 6 }, () => aggregateDailyMetrics(services.pooler.url)));
    const [row] = await services.primary.query(
      "SELECT (SELECT count(*)::int FROM sessions) = (SELECT sum(sessions)::int FROM daily_metrics) AS same",
    );
    assert.deepEqual(row, { same: true });
  });
});
