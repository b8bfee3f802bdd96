import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { Instance, migrateDatabase, startProcess } from "./testing/application.ts";
import type { Child } from "./testing/child.ts";
import { eventually } from "./testing/eventually.ts";
import { Services } from "./testing/services.ts";

let services: Services;
let started: AsyncDisposableStack;

before(async () => {
  services = await Services.start();
  await migrateDatabase(services.env);
});
after(async () => await services[Symbol.asyncDispose]());
beforeEach(async () => {
  await services.redis.command("FLUSHALL");
  await services.primary.query("TRUNCATE daily_metrics");
  started = new AsyncDisposableStack();
});
afterEach(async () => await started.disposeAsync());

function start(file: "worker" | "scheduler", name: string): Child {
  return started.use(startProcess(file, { ...services.env, INSTANCE_ID: name }));
}

async function logged(child: Child, wanted: string, within = 5_000): Promise<Readonly<Record<string, unknown>>> {
  const find = () => child.events.find(({ event }) => event === wanted);
  return await eventually(`"${wanted}" is logged`, within, find);
}

/** A transaction that keeps everybody else from writing daily metrics, until it is released. */
async function blockMetrics(): Promise<() => Promise<unknown>> {
  const blocker = services.primary.query("BEGIN; LOCK TABLE daily_metrics; SELECT pg_sleep(30); COMMIT");
  blocker.catch(() => {});
  await eventually("the table is locked", 5_000, async () => {
    const rows = await services.primary.query("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    return rows.length > 0;
  });
  return async () => {
    await services.primary.query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
    await blocker.catch(() => {});
  };
}

async function isWorking(): Promise<boolean> {
  const sql =
    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO daily_metrics%'";
  return (await services.primary.query(sql)).length > 0;
}

test("what the scheduler enqueues a worker sums up, and the web tier shows it", async () => {
  const web = started.use(await Instance.start("web-1", services.env));
  assert.deepEqual((await web.get("/api/metrics/daily")).days, []);
  const worker = start("worker", "worker-reports-1");
  await logged(worker, "working");
  const scheduler = start("scheduler", "scheduler-1");
  const { job } = await logged(scheduler, "job enqueued");
  assert.match(String(job), /^daily-metrics:\d{4}-\d\d-\d\dT\d\d:\d\dZ$/);
  assert.equal((await logged(worker, "job done")).job, job);
  const { days } = (await web.get("/api/metrics/daily?days=365")) as { days: { sessions: number }[] };
  const [row] = await services.primary.query("SELECT count(*)::int AS count FROM sessions");
  assert.equal(
    days.reduce((sum, { sessions }) => sum + sessions, 0),
    row?.count,
  );
  await eventually("the queue is empty", 2_000, async () => (await services.redis.command("XLEN", "reports")) === 0);
});

test("a minute is enqueued once, by however many schedulers, and also when one starts again", async () => {
  for (const names of [["scheduler-1", "another"], ["scheduler-1"]]) {
    const children = names.map((name) => start("scheduler", name));
    await eventually("each has enqueued, or found it done", 5_000, async () => {
      const clients = String(await services.redis.command("CLIENT", "LIST"));
      return (clients.match(/name=tutormax .*cmd=eval /g) ?? []).length === names.length;
    });
    for (const child of children) child.signal("SIGTERM");
    for (const child of children) assert.deepEqual(await child.ended, { code: 0, signal: null });
  }
  const entries = (await services.redis.command("XRANGE", "reports", "-", "+")) as [string, string[]][];
  const ids = entries.map(([, fields]) => fields[1]);
  assert.equal(new Set(ids).size, ids.length, "the same minute twice");
  // A minute may have ended meanwhile.
  assert.ok(ids.length === 1 || ids.length === 2, `${ids}`);
});

test("a worker that is told to stop finishes its job first", async () => {
  const release = await blockMetrics();
  const worker = start("worker", "worker-reports-1");
  start("scheduler", "scheduler-1");
  await eventually("the job is running", 5_000, isWorking);
  worker.signal("SIGTERM");
  await logged(worker, "stopping");
  assert.ok(worker.running);
  await release();
  assert.deepEqual(await worker.ended, { code: 0, signal: null });
  const [done, stopped] = worker.events.slice(-2).map(({ event }) => event);
  assert.deepEqual([done, stopped], ["job done", "stopped"]);
});

test("a worker without a job stops soon", async () => {
  const worker = start("worker", "worker-reports-1");
  await logged(worker, "working");
  const asked = performance.now();
  worker.signal("SIGTERM");
  assert.deepEqual(await worker.ended, { code: 0, signal: null });
  assert.ok(performance.now() - asked < 4_000);
});

test("a job whose worker is killed in the middle is done by the same worker after its restart", async () => {
  const release = await blockMetrics();
  const worker = start("worker", "worker-reports-1");
  start("scheduler", "scheduler-1");
  await eventually("the job is running", 5_000, isWorking);
  worker.signal("SIGKILL");
  await worker.ended;
  assert.equal(await services.redis.command("XLEN", "reports"), 1);
  await release();
  const again = start("worker", "worker-reports-1");
  assert.equal((await logged(again, "job done")).attempt, 2);
  const [row] = await services.primary.query("SELECT count(*)::int AS count FROM daily_metrics");
  assert.ok(Number(row?.count) >= 29);
});

test("a job that fails because the database is down is done when it is back", async () => {
  await services.primary.kill();
  // Past the pooler, which would let it wait.
  const env = { ...services.env, DATABASE_URL: services.primary.url };
  const worker = started.use(startProcess("worker", env));
  start("scheduler", "scheduler-1");
  await logged(worker, "job failed");
  await services.primary.start();
  assert.ok(Number((await logged(worker, "job done", 10_000)).attempt) > 1);
});

test("a worker and a scheduler live through a crash of Redis", async () => {
  const worker = start("worker", "worker-reports-1");
  await logged(worker, "working");
  await services.redis.kill();
  const scheduler = start("scheduler", "scheduler-1");
  await logged(scheduler, "redis lost");
  await services.redis.start();
  await logged(scheduler, "job enqueued", 10_000);
  await logged(worker, "job done", 10_000);
});
