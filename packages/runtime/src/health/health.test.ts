import assert from "node:assert/strict";
import { test } from "node:test";
import { createRuntime } from "../index.ts";
import { eventually } from "../testing/eventually.ts";
import { PostgresServer } from "../testing/postgres-server.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { TestClock, testContext } from "../testing/test-context.ts";
import { openHealth } from "./health.ts";
import { judge } from "./judge.ts";
import { answerHealth } from "./routes.ts";

const QUICK = { keep: 0, deadline: 300 };

test("what is required may be away for the time of a failover, once it was there", () => {
  const looked = { name: "database", required: true, trouble: "refused", awaySince: 1_000, met: true };
  assert.equal(judge([looked], 10_000, 11_000), "degraded");
  assert.equal(judge([looked], 10_000, 11_001), "unavailable");
  assert.equal(judge([{ ...looked, met: false }], 10_000, 1_000), "unavailable");
  assert.equal(judge([{ ...looked, required: false }], 10_000, 99_000), "degraded");
  assert.equal(judge([{ ...looked, trouble: null, awaySince: null }], 10_000, 0), "ok");
});

test("readiness tells a Redis that is frozen within its deadline, liveness does not care, and both are well after", async () => {
  await using redis = await RedisServer.start();
  await using context = testContext({ ...redis.env, INSTANCE_ID: "web-1", RELEASE: "7" });
  context.health.addFact("thread_pool_stats", () => ({ threads: 10 }));
  const health = openHealth(context, { ...QUICK, deadline: 2_000 });
  const well = await eventually("Redis is met", async () => {
    const answer = await health.ready();
    return answer.redis === "ok" && answer;
  });
  assert.deepEqual(well, {
    status: "ok",
    database: "off",
    redis: "ok",
    version: "7",
    instance_id: "web-1",
    checks: { redis: null, redis_cache: null },
    thread_pool_stats: { threads: 10 },
  });
  redis.freeze();
  try {
    const away = await health.ready();
    assert.equal(away.status, "degraded");
    assert.equal(away.redis, "away");
    assert.match(String(away.checks.redis), /Redis/);
    assert.deepEqual(JSON.parse((await answerHealth(health, "/health/live"))?.body ?? ""), {
      status: "ok",
      instance_id: "web-1",
    });
  } finally {
    redis.thaw();
  }
  await eventually("it is well again", async () => (await health.ready()).status === "ok");
  await health.close();
});

test("a check that never ends and one that is required make an instance unavailable, and it takes traffic when they are well", async () => {
  const clock = new TestClock();
  await using context = testContext({}, { clock });
  let well = false;
  const check = () => (well ? Promise.resolve("ok") : new Promise<string>(() => {}));
  context.health.add({ name: "model", required: false, check });
  const health = openHealth(context, { ...QUICK, required: ["model"] });
  assert.equal((await answerHealth(health, "/health"))?.status, 503);
  well = true;
  assert.equal((await answerHealth(health, "/health"))?.status, 200);
  well = false;
  assert.equal((await health.ready()).status, "degraded");
  clock.advance(10_001);
  const after = await health.ready();
  assert.equal(after.status, "unavailable");
  assert.deepEqual(after.checks, { model: "no answer within 300 ms" });
  well = true;
  health.beginDraining();
  assert.equal((await health.ready()).status, "draining");
  assert.equal((await answerHealth(health, "/health"))?.status, 503);
  assert.equal(await answerHealth(health, "/other"), null);
});

test("however often it is asked, services are looked at once in a while", async () => {
  const clock = new TestClock();
  await using context = testContext({}, { clock });
  let looks = 0;
  context.health.add({
    name: "counted",
    required: false,
    check: async () => {
      looks += 1;
      return "ok";
    },
  });
  const health = openHealth(context);
  await Promise.all(Array.from({ length: 50 }, () => health.ready()));
  assert.equal(looks, 1);
  clock.advance(1_000);
  await health.ready();
  assert.equal(looks, 2);
});

test("a database that nobody has asked yet is looked at all the same", async () => {
  await using server = await PostgresServer.start();
  await using app = await createRuntime({
    env: { DATABASE_URL: server.url },
    warn: () => {},
    health: { deadline: 10_000 },
  });
  const answer = await app.health.ready();
  assert.deepEqual([answer.status, answer.database, answer.redis], ["ok", "ok", "off"]);
});
