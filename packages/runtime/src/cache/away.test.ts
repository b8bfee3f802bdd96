import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../testing/eventually.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { testContext } from "../testing/test-context.ts";
import { openCache } from "./cache.ts";

for (const how of ["killed", "frozen"] as const) {
  test(`while Redis is ${how} values are made here, and what changed meanwhile is seen after`, async () => {
    await using redis = await RedisServer.start();
    await using other = testContext(redis.env);
    await using context = testContext(redis.env);
    const cache = openCache(context, { deadline: 300 });
    const elsewhere = openCache(other);
    let value = "v1";
    const get = cache.wrap(async (_id: string) => value, { name: "f", ttl: 60_000 });
    assert.equal(await get("1"), "v1");
    await eventually("it is shared", () => redis.command("EXISTS", 'cache:e:f:"1'));

    if (how === "killed") await redis.kill();
    else redis.freeze();
    assert.equal(await get("2"), "v1");
    value = "v2";
    await eventually("the loss is noticed, and what was kept is not trusted any more", async () => {
      return (await get("1")) === "v2";
    });
    await assert.rejects(cache.deleteTags("t"));
    const before = performance.now();
    for (let at = 0; at < 20; at += 1) await get(`${at}`);
    assert.ok(performance.now() - before < 5_000, "nobody waits for it");
    assert.ok(cache.stats().remoteFailures > 0);

    if (how === "killed") await redis.start();
    else redis.thaw();
    await eventually("it is back", () => context.redis("cache").state === "ready");
    await eventually("values are shared again", async () => {
      await get("9");
      return (await elsewhere.get('f:"9')) === "v2";
    });
    await elsewhere.close();
    await cache.close();
  });
}

test("without Redis each process keeps its own", async () => {
  await using context = testContext({});
  const cache = openCache(context);
  let runs = 0;
  const get = cache.wrap(
    async (id: string) => {
      runs += 1;
      return `${id}${runs}`;
    },
    { name: "f", ttl: 60_000, tags: ["t"] },
  );
  assert.deepEqual([await get("a"), await get("a")], ["a1", "a1"]);
  await cache.deleteTags("t");
  assert.equal(await get("a"), "a2");
  await get.invalidate("a");
  assert.equal(await get("a"), "a3");
  await cache.close();
});

test("after a storm of writes from several instances all of them agree with the server", async () => {
  await using redis = await RedisServer.start();
  await using stack = new AsyncDisposableStack();
  const caches = Array.from({ length: 3 }, () => openCache(stack.use(testContext(redis.env))));
  const keys = ["a", "b", "c"];
  let number = 0;
  for (let round = 0; round < 60; round += 1) {
    await Promise.all(
      caches.flatMap((cache) =>
        keys.map(async (key) => {
          const kind = Math.random();
          number += 1;
          if (kind < 0.2) await cache.set(key, number, { ttl: 60_000, tags: ["t"] });
          else if (kind < 0.25) await cache.delete(key);
          else if (kind < 0.3) await cache.deleteTags("t");
          else await cache.get(key);
        }),
      ),
    );
  }
  await Promise.all(keys.map((key) => caches[0]?.set(key, "last", { ttl: 60_000 })));
  for (const cache of caches) {
    for (const key of keys) {
      await eventually(`${key} is the last one`, async () => (await cache.get(key)) === "last", 5_000);
    }
  }
});
