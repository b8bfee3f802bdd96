import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isFault } from "../fault/index.ts";
import { eventually } from "../testing/eventually.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { TestClock, testContext } from "../testing/test-context.ts";
import { openLimits } from "./limits.ts";
import type { RateLimit, RateOptions } from "./rate-limit.ts";

const HOUR = 3_600_000;

describe("rates over several instances", () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis[Symbol.asyncDispose]());

  async function instances(number: number, name: string, options: RateOptions) {
    const clock = new TestClock();
    const contexts = Array.from({ length: number }, () =>
      testContext(redis.env, { clock, redis: { deadline: 20_000, patience: 20_000 } }),
    );
    const rates = contexts.map((context) => openLimits(context).rate(name, options));
    const close = async () => {
      await Promise.all(contexts.map((context) => context.close()));
    };
    return { rates, clock, [Symbol.asyncDispose]: close };
  }

  async function admitted(rates: readonly RateLimit[], calls: number, key = "k"): Promise<number> {
    const all = Array.from({ length: calls }, (_, at) => rates[at % rates.length]?.take(key));
    return (await Promise.all(all)).filter((decision) => decision?.allowed).length;
  }

  test("all instances together admit the burst and no more, each key for itself", async () => {
    await using here = await instances(3, "exact", { limit: 50, per: HOUR });
    assert.equal(await admitted(here.rates, 300), 50);
    assert.equal(await admitted(here.rates, 30, "other"), 30);
  });

  test("with leases the rate is kept as well, for a fraction of the round trips", async () => {
    await using here = await instances(3, "leased", { limit: 1_000, per: HOUR, lease: 50 });
    await redis.command("CONFIG", "RESETSTAT");
    let allowed = 0;
    for (let round = 0; round < 40; round += 1) allowed += await admitted(here.rates, 50);
    assert.ok(allowed <= 1_000, `${allowed} admitted`);
    assert.ok(allowed >= 1_000 - 3 * 50, `${allowed} admitted`);
    const { evalsha = 0, eval: evaluated = 0 } = await redis.commandCounts();
    assert.ok(evalsha + evaluated < 200, `${evalsha + evaluated} round trips for 2,000 decisions`);
  });

  test("a key that asks seldom takes nothing in advance", async () => {
    await using here = await instances(1, "seldom", { limit: 100, per: HOUR, lease: 50 });
    for (let at = 0; at < 5; at += 1) {
      const decision = await here.rates[0]?.take("k");
      assert.equal(decision?.remaining, 99 - at);
      here.clock.advance(1_000);
    }
  });

  test("one who is refused is refused here until it is worth asking again", async () => {
    await using here = await instances(1, "refused", { limit: 2, per: 2 * HOUR });
    await admitted(here.rates, 2);
    const refused = await here.rates[0]?.take("k");
    assert.equal(refused?.allowed, false);
    assert.ok(Math.abs((refused?.retryAfter ?? 0) - HOUR) < 60_000);
    await redis.command("CONFIG", "RESETSTAT");
    assert.equal(await admitted(here.rates, 100), 0);
    assert.equal((await redis.commandCounts()).evalsha, undefined);
    here.clock.advance(2 * HOUR);
    await admitted(here.rates, 1);
    assert.equal((await redis.commandCounts()).evalsha, 1);
  });

  test("a cost counts as often, is refused as a whole, and an impossible one is an error", async () => {
    await using here = await instances(1, "cost", { limit: 10, per: HOUR });
    const [rate] = here.rates;
    assert.equal((await rate?.take("k", 7))?.remaining, 3);
    assert.equal((await rate?.take("k", 4))?.allowed, false);
    assert.equal((await rate?.take("k", 3))?.allowed, true);
    await assert.rejects(
      async () => await rate?.take("k", 11),
      (error) => isFault(error, "TF_RT_OPTION"),
    );
    await assert.rejects(
      async () => await rate?.require("k"),
      (error) => isFault(error, "TF_RT_RATE_LIMITED") && (error.retryAfter ?? 0) > 300,
    );
  });

  test("options that make no sense are told together", async () => {
    await using context = testContext(redis.env);
    const limits = openLimits(context);
    assert.throws(
      () => limits.rate("bad", { limit: 0, per: -1, lease: 1.5 }),
      (error) => isFault(error, "TF_RT_OPTION") && error.lines.length >= 3,
    );
    assert.throws(
      () => limits.rate("with space", { limit: 1, per: 1 }),
      (error) => isFault(error, "TF_RT_OPTION"),
    );
    assert.throws(
      () => limits.concurrency("c", { min: 5, initial: 1 }),
      (error) => isFault(error, "TF_RT_OPTION"),
    );
  });
});

for (const how of ["killed", "frozen"] as const) {
  test(`while Redis is ${how} each process limits by itself, or refuses when told so, and nobody waits`, async () => {
    await using redis = await RedisServer.start();
    await using context = testContext(redis.env, { redis: { deadline: 300, patience: 300 } });
    const limits = openLimits(context);
    const rate = limits.rate("own", { limit: 5, per: HOUR });
    const strict = limits.rate("strict", { limit: 5, per: HOUR, whenAway: "refuse" });
    await eventually("there is a connection", () => context.redis("durable").send(["PING"]));
    await rate.take("before");
    if (how === "killed") await redis.kill();
    else redis.freeze();
    let allowed = 0;
    const started = performance.now();
    for (let at = 0; at < 20; at += 1) if ((await rate.take("k")).allowed) allowed += 1;
    assert.equal(allowed, 5);
    assert.ok(performance.now() - started < 10_000);
    await assert.rejects(strict.take("k"), (error) => isFault(error) && error.status === 503);
    if (how === "killed") await redis.start();
    else redis.thaw();
    await eventually("it is back", () => strict.take("k"));
  });
}
