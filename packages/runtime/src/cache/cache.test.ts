import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isFault } from "../fault/index.ts";
import { cacheInstance, counted } from "../testing/cache-instance.ts";
import { eventually } from "../testing/eventually.ts";
import { Gate } from "../testing/gate.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { openCache } from "./cache.ts";

const MINUTE = 60_000;

describe("cache", () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis[Symbol.asyncDispose]());

  const instance = (options = {}, env: Readonly<Record<string, string>> = redis.env) => cacheInstance(env, options);

  test("a hit costs no command, with tags and a version as without", async () => {
    await using here = instance();
    const { state, get } = counted(here.cache, "free", { tags: ["a", "b"], version: 2 });
    await get("1");
    await eventually("it is kept, its own telling of it being past", async () => {
      const before = here.cache.stats().localHits;
      await get("1");
      await here.context.redis("cache").send(["PING"]);
      return here.cache.stats().localHits > before && here.cache.stats().invalidations > 1;
    });
    await redis.command("CONFIG", "RESETSTAT");
    const { localHits } = here.cache.stats();
    for (let at = 0; at < 100; at += 1) assert.equal(await get("1"), "v");
    const counts = await redis.commandCounts();
    assert.deepEqual([counts.evalsha, counts.eval, counts.get, state.runs], [undefined, undefined, undefined, 1]);
    assert.equal(here.cache.stats().localHits, localHits + 100);
  });

  test("calls at the same time run the function once, on one instance and over several", async () => {
    await using here = instance();
    await using there = instance();
    const gate = new Gate();
    let runs = 0;
    const make = async (id: string) => {
      runs += 1;
      await gate.opened;
      return `made ${id}`;
    };
    const caches = [here.cache, there.cache].map((cache) => cache.wrap(make, { name: "once", ttl: MINUTE }));
    const calls = Array.from({ length: 100 }, (_, at) => caches[at % 2]?.("x"));
    await eventually("both wait", () => here.cache.stats().joined >= 49 && there.cache.stats().joined >= 49);
    gate.open();
    assert.deepEqual(new Set(await Promise.all(calls)), new Set(["made x"]));
    assert.equal(runs, 1);
  });

  test("a function that fails on one instance is run by the one that waited", async () => {
    await using here = instance();
    await using there = instance();
    const gate = new Gate();
    const failing = here.cache.wrap(
      async () => {
        await gate.opened;
        throw new Error("no");
      },
      { name: "fails", ttl: MINUTE },
    );
    const working = there.cache.wrap(async () => "yes", { name: "fails", ttl: MINUTE });
    const failed = assert.rejects(failing(), /no/);
    await eventually("one makes it", () => here.cache.stats().misses === 1);
    const waiting = working();
    await eventually("the other waits", () => there.cache.stats().joined === 1);
    gate.open();
    await failed;
    assert.equal(await waiting, "yes");
    assert.equal(here.cache.stats().failures, 1);
  });

  test("a deletion anywhere, by redis-cli too, reaches every instance", async () => {
    await using here = instance();
    await using there = instance();
    const mine = counted(here.cache, "del");
    const theirs = counted(there.cache, "del");
    await mine.get("1");
    await eventually("it is shared", () => redis.command("EXISTS", 'cache:e:del:"1'));
    assert.equal(await theirs.get("1"), "v");
    assert.equal(theirs.state.runs, 0);
    for (const remove of [
      () => here.cache.delete('del:"1'),
      () => mine.get.invalidate("1"),
      () => redis.command("DEL", 'cache:e:del:"1'),
      () => redis.command("FLUSHALL"),
      () => here.cache.clear(),
    ]) {
      const runs = mine.state.runs + theirs.state.runs;
      await remove();
      await eventually("both ask again", async () => {
        await Promise.all([mine.get("1"), theirs.get("1")]);
        return mine.state.runs + theirs.state.runs > runs;
      });
      await eventually("both have it again", async () => {
        const before = mine.state.runs + theirs.state.runs;
        await Promise.all([mine.get("1"), theirs.get("1"), redis.command("PING")]);
        return before === mine.state.runs + theirs.state.runs && (await redis.command("EXISTS", 'cache:e:del:"1'));
      });
    }
  });

  test("a stale value is given at once and made anew behind, once", async () => {
    await using here = instance();
    const { state, get } = counted(here.cache, "stale", { ttl: 1_000, stale: 10_000 });
    await get("1");
    here.clock.advance(1_500);
    state.value = "new";
    assert.deepEqual(await Promise.all([get("1"), get("1"), get("1")]), ["v", "v", "v"]);
    await redis.command("HSET", 'cache:e:stale:"1', "f", "0");
    await eventually("it is made anew", async () => {
      here.clock.advance(1_001);
      return (await get("1")) === "new";
    });
    assert.equal(state.runs, 2);
    here.clock.advance(20_000);
    await redis.command("DEL", 'cache:e:stale:"1');
    state.value = "newest";
    assert.equal(await get("1"), "newest", "past that it is waited for");
  });

  test("a stale value stays when it cannot be made anew", async () => {
    await using here = instance({}, {});
    let fails = false;
    const get = here.cache.wrap(
      async () => {
        if (fails) throw new Error("down");
        return "v";
      },
      { name: "grace", ttl: 1_000, stale: 60_000 },
    );
    await get();
    fails = true;
    here.clock.advance(2_000);
    assert.equal(await get(), "v");
    await eventually("it was tried", () => here.cache.stats().failures === 1);
    assert.equal(await get(), "v");
    here.clock.advance(60_000);
    await assert.rejects(get(), /down/);
  });

  test("that something is not there is kept as well, for a time of its own", async () => {
    await using here = instance();
    const { state, get } = counted(here.cache, "negative", { negativeTtl: 1_000 });
    const never = counted(here.cache, "never", { negativeTtl: 0 });
    for (const nothing of [null, undefined]) {
      state.value = never.state.value = nothing;
      const id = String(nothing);
      const before = [state.runs, never.state.runs];
      for (let at = 0; at < 3; at += 1) assert.deepEqual([await get(id), await never.get(id)], [nothing, nothing]);
      assert.deepEqual([state.runs - (before[0] ?? 0), never.state.runs - (before[1] ?? 0)], [1, 3]);
    }
    here.clock.advance(1_001);
    await redis.command("DEL", 'cache:e:negative:"null');
    await get("null");
    assert.equal(state.runs, 3);
  });

  test("every caller is given what JSON makes of a value, the first one too, and none can change it", async () => {
    await using here = instance();
    const own = { at: new Date(0), list: [1] };
    const get = here.cache.wrap(async () => own as unknown as { at: string; list: number[] }, {
      name: "json",
      ttl: MINUTE,
    });
    const first = await get();
    assert.equal(first.at, "1970-01-01T00:00:00.000Z");
    assert.deepEqual(await get(), first);
    assert.throws(() => first.list.push(2), TypeError);
    own.list.push(2);
    assert.deepEqual(first.list, [1]);
    const bad = here.cache.wrap(async () => 1n, { name: "bad", ttl: MINUTE });
    await assert.rejects(bad(), (error) => isFault(error, "TF_RT_CACHE_VALUE"));
  });

  test("keys and values of one's own: set, get, delete, on every instance", async () => {
    await using here = instance();
    await using there = instance();
    assert.equal(await there.cache.get("own"), undefined);
    await here.cache.set("own", { a: 1 }, { ttl: MINUTE, tags: ["o"] });
    assert.deepEqual(await there.cache.get("own"), { a: 1 });
    await there.cache.set("own", { a: 2 }, { ttl: MINUTE });
    await eventually("the other has it", async () => ((await here.cache.get("own")) as { a: number }).a === 2);
    await here.cache.delete("own");
    await eventually("it is gone", async () => (await there.cache.get("own")) === undefined);
  });

  test("what makes no sense is told", async () => {
    await using here = instance();
    const make = async () => 1;
    const isOption = (error: unknown) => isFault(error, "TF_RT_OPTION");
    assert.throws(() => here.cache.wrap(make, { name: "a", ttl: 0 }), isOption);
    assert.throws(() => here.cache.wrap(async () => 1, { ttl: 1, name: "" }), isOption);
    here.cache.wrap(make, { name: "twice", ttl: 1 });
    assert.throws(() => here.cache.wrap(make, { name: "twice", ttl: 1 }), isOption);
    assert.throws(() => openCache(here.context, { maxEntries: 0 }), isOption);
    await assert.rejects(here.cache.deleteTags("a\nb"), isOption);
  });
});
