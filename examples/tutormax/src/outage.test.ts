import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Instance, migrateDatabase } from "./testing/application.ts";
import { eventually } from "./testing/eventually.ts";
import { PASSWORD } from "./testing/password.ts";
import type { Postgres } from "./testing/postgres.ts";
import { RawRequest } from "./testing/raw-request.ts";
import { Services } from "./testing/services.ts";

const SESSION = { tutor: "Ada", student: "Bo", subject: "Algebra", minutes: 45, rating: 5 };

const stack = new AsyncDisposableStack();
let services: Services;
let replica: Postgres;
let web: Instance;

before(async () => {
  services = stack.use(await Services.start());
  replica = await services.addReplica();
  await migrateDatabase(services.env);
  web = stack.use(await Instance.start("web-1", services.env));
});
after(async () => await stack.disposeAsync());

/** The answer, and the milliseconds that it took. */
async function timed(asked: Promise<Response>): Promise<{ readonly response: Response; readonly took: number }> {
  const started = performance.now();
  const response = await asked;
  return { response, took: performance.now() - started };
}

async function countOf(tutor: string): Promise<unknown> {
  const [row] = await services.primary.query(`SELECT count(*)::int AS count FROM sessions WHERE tutor = '${tutor}'`);
  return row?.count;
}

async function becomesHealthy(): Promise<void> {
  await eventually("it is healthy", 10_000, async () => (await web.get("/health")).status === "ok");
}

/** Asks in the middle of an outage: 200 and degraded, long before the deadlines. */
async function assertDegraded(what: "database" | "redis"): Promise<void> {
  await eventually("it is degraded", 3_000, async () => (await web.get("/health")).status === "degraded");
  const { response, took } = await timed(web.fetch("/api/health"));
  assert.equal(response.status, 200);
  assert.ok(took < 3_000, `${took} ms`);
  const health = (await response.json()) as Record<string, unknown>;
  assert.match(String(health[what]), /^error: /);
}

test("an instance that can reach nothing starts all the same, and says what is wrong", async () => {
  const nowhere = { DATABASE_URL: "postgres://a:b@127.0.0.1:1/x", REDIS_URL: "redis://:b@127.0.0.1:1" };
  await using lonely = await Instance.start("lonely", nowhere);
  assert.equal((await lonely.fetch("/")).status, 200);
  const health = await lonely.get("/health");
  assert.equal(health.status, "degraded");
  assert.equal(health.database, "error: connect ECONNREFUSED 127.0.0.1:1");
  assert.match(String(health.redis), /^error: /);
});

test("while Redis restarts after a crash a visit waits, and the count goes on where it was", async () => {
  const cookie = ((await web.fetch("/api/visits")).headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  await services.redis.kill();
  const waiting = web.fetch("/api/visits", { headers: { cookie } });
  await assertDegraded("redis");
  await services.redis.start();
  assert.deepEqual(await (await waiting).json(), { visits: 2, instance_id: "web-1" });
  await becomesHealthy();
});

test("while the primary restarts after a crash writes wait, reads go on, and nothing is recorded twice", async () => {
  assert.equal((await web.post("/api/sessions", { ...SESSION, tutor: "Before" })).status, 201);
  await services.primary.kill();
  const waiting = Array.from({ length: 5 }, () => web.post("/api/sessions", { ...SESSION, tutor: "During" }));
  await assertDegraded("database");
  const metrics = await web.get("/api/metrics");
  assert.equal(metrics.source, "replica-1");
  await services.primary.start();
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ status }) => status),
    Array(5).fill(201),
  );
  assert.equal(await countOf("During"), 5);
  await becomesHealthy();
});

test("a write whose connection is lost in the middle is made again, and once", async () => {
  // Whoever writes waits for the lock, and then the server closes the connection instead of answering.
  const sql = "BEGIN; LOCK TABLE sessions IN EXCLUSIVE MODE; SELECT pg_sleep(30); COMMIT";
  const blocker = services.primary.query(sql).catch(() => {});
  const backend =
    "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO sessions%'";
  await eventually("the table is locked", 5_000, async () => {
    return (await services.primary.query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).length > 0;
  });
  const waiting = web.post("/api/sessions", { ...SESSION, tutor: "Once" });
  await eventually("the write waits", 5_000, async () => (await services.primary.query(backend)).length > 0);
  await services.primary.query(`SELECT pg_terminate_backend(pid) FROM (${backend}) AS writers`);
  await services.primary.query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
  await blocker;
  assert.equal((await waiting).status, 201);
  assert.equal(await countOf("Once"), 1);
});

test("when the replica dies reads go to the primary at once", async () => {
  await replica.kill();
  const { response, took } = await timed(web.fetch("/api/metrics"));
  assert.equal(response.status, 200);
  assert.ok(took < 3_000, `${took} ms`);
  assert.equal(((await response.json()) as { source: string }).source, "primary");
  assert.equal((await web.get("/health")).status, "ok");
  await replica.start();
});

test("services that are frozen keep nobody waiting for longer than the deadlines", async () => {
  services.pooler.freeze();
  services.redis.freeze();
  const asked = [
    timed(web.post("/api/sessions", SESSION)),
    timed(web.fetch("/api/metrics")),
    timed(web.fetch("/api/visits")),
  ];
  await assertDegraded("database");
  await assertDegraded("redis");
  for (const { response, took } of await Promise.all(asked)) {
    assert.equal(response.status, 503, response.url);
    assert.equal(response.headers.get("retry-after"), "1");
    assert.match(await response.text(), /"code":"unavailable"/);
    assert.ok(took > 3_500 && took < 10_000, `${response.url}: ${took} ms`);
  }
  services.pooler.thaw();
  services.redis.thaw();
  await becomesHealthy();
  assert.equal((await web.post("/api/sessions", SESSION)).status, 201);
  assert.equal((await web.fetch("/api/visits")).status, 200);
});

test("a replica that came back is asked again", async () => {
  await eventually("it is asked", 10_000, async () => (await web.get("/api/metrics")).source === "replica-1");
});

test("after all that the log holds no password", () => {
  assert.ok(services.env.DATABASE_URL?.includes(PASSWORD) && services.env.REDIS_URL?.includes(PASSWORD));
  assert.ok(web.child.events.length > 10);
  assert.ok(!web.child.output.includes(PASSWORD));
});

test("a write in flight is finished before the connections to the database are closed", async () => {
  const request = await RawRequest.begin(web.port, "/api/sessions", { ...SESSION, tutor: "Last" });
  web.child.signal("SIGTERM");
  await eventually("it is stopping", 2_000, () => web.child.events.some(({ event }) => event === "stopping"));
  request.sendBody();
  assert.match(await request.answer(), /201 Created/);
  assert.deepEqual(await web.child.ended, { code: 0, signal: null });
  assert.equal(await countOf("Last"), 1);
});
