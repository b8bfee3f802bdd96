import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../fault/index.ts";
import { eventually } from "../testing/eventually.ts";
import { freePort } from "../testing/free-port.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { testContext } from "../testing/test-context.ts";
import { openContext } from "./context.ts";
import { loadPeer } from "./load-peer.ts";

test("opening it connects to nothing, and each role has one connection", async () => {
  await using redis = await RedisServer.start();
  await using context = testContext(redis.env);
  const durable = context.redis("durable");
  assert.equal(durable.state, "idle");
  assert.equal(context.redis("durable"), durable);
  assert.notEqual(context.redis("cache"), durable);
  assert.equal(await durable.send(["PING"]), "PONG");
});

test("an outage is told once and its end once, without a secret, and counted", async () => {
  await using redis = await RedisServer.start();
  const told: string[] = [];
  await using context = testContext(redis.env, {
    warn: (message, detail) => told.push(JSON.stringify([message, detail])),
  });
  const port = context.redis("durable");
  await port.send(["PING"]);
  assert.equal(told.length, 0);
  await redis.kill();
  await eventually("it is told", () => told.length > 0);
  await redis.start();
  await eventually("it is back", () => port.state === "ready");
  assert.equal(told.length, 2);
  assert.match(told[0] ?? "", /durable Redis is away/);
  assert.match(told[1] ?? "", /durable Redis is back/);
  assert.ok(told.every((line) => !line.includes(redis.password)));
  const lost = context.meters.list().find(({ name }) => name === "tenfold_redis_lost_total");
  assert.ok(lost?.kind === "counter" && lost.value === 1);
});

test("health looks at the Redis that is used", async () => {
  const port = await freePort();
  await using context = testContext({ REDIS_URL: `redis://127.0.0.1:${port}` }, { redis: { patience: 50 } });
  assert.equal(context.health.probes.length, 0);
  context.redis("durable");
  const [probe] = context.health.probes;
  assert.equal(probe?.name, "redis");
  await assert.rejects(
    async () => await probe?.check(AbortSignal.timeout(5_000)),
    (error) => isFault(error),
  );
});

test("what makes no sense, or is not configured, is told", async () => {
  assert.throws(
    () => openContext({ env: {}, redis: { deadline: 0 } }),
    (error) => isFault(error, "TF_RT_OPTION"),
  );
  await using context = testContext({});
  assert.equal(context.hasRedis("durable"), false);
  assert.throws(
    () => context.redis("durable"),
    (error) => isFault(error, "TF_RT_NOT_CONFIGURED"),
  );
});

test("a package that is missing is told with the command that installs it, and no other error is taken for that", async () => {
  const name = "a-package-that-nobody-has";
  await assert.rejects(
    loadPeer(name, () => import(name)),
    (error) => isFault(error, "TF_RT_PEER_MISSING") && error.hint === `npm install ${name}`,
  );
  await assert.rejects(
    loadPeer("pg", () => import(name)),
    /Cannot find package/,
  );
});
