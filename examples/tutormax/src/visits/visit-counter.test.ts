import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Redis } from "ioredis";
import { createLog } from "../log.ts";
import { connectRedis } from "../redis.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { Scratch } from "../testing/scratch.ts";
import { MemoryVisitCounter } from "./memory-visit-counter.ts";
import { RedisVisitCounter } from "./redis-visit-counter.ts";
import type { VisitCounter } from "./visit-counter.ts";

/** What every counter does. */
function describeCounter(name: string, open: () => VisitCounter): void {
  test(`${name}: a new visitor gets an id, and each visit counts one up`, async () => {
    const counter = open();
    const first = await counter.count(null, "request-1");
    assert.match(first.visitor, /^[\w-]{43}$/);
    assert.equal(first.visits, 1);
    assert.deepEqual(await counter.count(first.visitor, "request-2"), { visitor: first.visitor, visits: 2 });
    assert.deepEqual(await counter.count(first.visitor, "request-3"), { visitor: first.visitor, visits: 3 });
  });

  test(`${name}: visitors are counted apart`, async () => {
    const counter = open();
    const one = await counter.count(null, "request-1");
    const two = await counter.count(null, "request-2");
    assert.notEqual(one.visitor, two.visitor);
    assert.equal((await counter.count(one.visitor, "request-3")).visits, 2);
    assert.equal((await counter.count(two.visitor, "request-4")).visits, 2);
  });

  test(`${name}: a request that comes twice is counted once`, async () => {
    const counter = open();
    const { visitor } = await counter.count(null, "request-1");
    assert.equal((await counter.count(visitor, "request-2")).visits, 2);
    assert.equal((await counter.count(visitor, "request-2")).visits, 2);
  });

  test(`${name}: an id that nobody gave out is not adopted`, async () => {
    const { visitor, visits } = await open().count("chosen-by-an-attacker", "request-1");
    assert.notEqual(visitor, "chosen-by-an-attacker");
    assert.equal(visits, 1);
  });
}

describeCounter("memory", () => new MemoryVisitCounter());

describe("Redis", () => {
  let scratch: Scratch;
  let server: RedisServer;
  let redis: Redis;
  before(async () => {
    scratch = await Scratch.create();
    server = await RedisServer.start(scratch);
    redis = connectRedis(
      server.url,
      createLog("test", "error", () => {}),
    );
  });
  after(async () => {
    redis.disconnect();
    await server[Symbol.asyncDispose]();
    await scratch[Symbol.asyncDispose]();
    await scratch.assertGone();
  });

  describeCounter("Redis", () => new RedisVisitCounter(redis));

  test("a hundred visits at once, on two instances, all count", async () => {
    const other = connectRedis(
      server.url,
      createLog("test", "error", () => {}),
    );
    const counters = [new RedisVisitCounter(redis), new RedisVisitCounter(other)] as const;
    const { visitor } = await counters[0].count(null, "first");
    const visits = Array.from({ length: 100 }, (_, n) => counters[n % 2 === 0 ? 0 : 1].count(visitor, `request-${n}`));
    const counts = (await Promise.all(visits)).map((visit) => visit.visits);
    other.disconnect();
    assert.deepEqual(
      counts.sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, n) => n + 2),
    );
  });

  test("what is stored does not hold the id, and everything of it expires", async () => {
    await server.command("FLUSHALL");
    const { visitor } = await new RedisVisitCounter(redis).count(null, "request-1");
    const keys = (await server.command("KEYS", "*")) as string[];
    assert.equal(keys.length, 2);
    for (const key of keys) {
      assert.ok(!key.includes(visitor), key);
      assert.ok(Number(await server.command("TTL", key)) > 0, key);
    }
  });
});
