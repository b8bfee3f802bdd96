import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { cacheInstance, counted } from "../testing/cache-instance.ts";
import { eventually } from "../testing/eventually.ts";
import { Gate } from "../testing/gate.ts";
import { RedisServer } from "../testing/redis-server.ts";
import type { Cache } from "./cache.ts";

const MINUTE = 60_000;

describe("deletions", () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(() => redis[Symbol.asyncDispose]());

  const instance = () => cacheInstance(redis.env);

  test("a tag deletes what has it, by value and arguments, and nothing else", async () => {
    await using here = instance();
    await using there = instance();
    const tags = (value: unknown, id: string) => ["all", `id:${id}`, `value:${value}`];
    const mine = counted(here.cache, "tagged", { tags });
    const theirs = counted(there.cache, "tagged", { tags });
    for (const id of ["1", "2"]) {
      await mine.get(id);
      await eventually("it is shared", () => redis.command("EXISTS", `cache:e:tagged:"${id}`));
      await theirs.get(id);
    }
    assert.deepEqual([mine.state.runs, theirs.state.runs], [2, 0]);
    await here.cache.deleteTags("id:1");
    await eventually("the other is told", () => there.cache.stats().invalidations > 0);
    await theirs.get("2");
    await mine.get("2");
    assert.deepEqual([mine.state.runs, theirs.state.runs], [2, 0]);
    await eventually("1 is made anew", async () => {
      await theirs.get("1");
      return theirs.state.runs === 1;
    });
    await here.cache.deleteTags("value:v", "unknown");
    await mine.get("2");
    assert.equal(mine.state.runs, 3);
  });

  test("what was deleted while it was made is given to those who asked, and not kept", async () => {
    const ways: Record<string, (cache: Cache) => Promise<unknown>> = {
      "by its key": (cache) => cache.delete('race:"1'),
      "by a tag": (cache) => cache.deleteTags("t"),
      "by setting it": (cache) => cache.set('race:"1', "newer", { ttl: MINUTE }),
      "by all": (cache) => cache.clear(),
    };
    for (const [way, remove] of Object.entries(ways)) {
      for (const from of ["here", "there"] as const) {
        await redis.command("FLUSHALL");
        await using here = instance();
        await using there = instance();
        const gate = new Gate();
        let value = "old";
        const make = async () => {
          const read = value;
          await gate.opened;
          return read;
        };
        const options = { name: "race", ttl: MINUTE, tags: ["t"] };
        const [mine, theirs] = [here, there].map(({ cache }) =>
          cache.wrap(make as (id: string) => Promise<string>, options),
        );
        await there.cache.get("x");
        const first = mine?.("1");
        await eventually("it is made", () => here.cache.stats().misses === 1);
        const told = here.cache.stats().invalidations;
        value = "new";
        await remove({ here, there }[from].cache);
        if (from === "there") await eventually("it is told", () => here.cache.stats().invalidations > told);
        gate.open();
        assert.equal(await first, "old");
        await here.context.redis("cache").send(["PING"]);
        const expected = way === "by setting it" ? "newer" : "new";
        assert.equal(await mine?.("1"), expected, `${way}, ${from}, here`);
        assert.equal(await theirs?.("1"), expected, `${way}, ${from}, there`);
      }
    }
  });

  test("an expired tag makes values stale for all, a deleted one ends them", async () => {
    await using here = instance();
    const { state, get } = counted(here.cache, "soft", { stale: MINUTE, tags: ["s"] });
    await get("1");
    await eventually("it is shared", () => redis.command("EXISTS", 'cache:e:soft:"1'));
    state.value = "new";
    await here.cache.expireTags("s");
    assert.equal(await get("1"), "v");
    await eventually("it is made anew", async () => (await get("1")) === "new");
    assert.equal(state.runs, 2);
    await eventually("it is shared", async () => (await redis.command("HGET", 'cache:e:soft:"1', "v")) === '"new"');
    state.value = "newest";
    await here.cache.deleteTags("s");
    assert.equal(await get("1"), "newest");
  });

  test("when the record of tags is evicted, no deletion is forgotten: nothing that has tags counts", async () => {
    await using here = instance();
    await using there = instance();
    const options = { tags: ["e"] };
    const mine = counted(here.cache, "evicted", options);
    const theirs = counted(there.cache, "evicted", options);
    await mine.get("1");
    await eventually("it is shared", () => redis.command("EXISTS", 'cache:e:evicted:"1'));
    await redis.command("DEL", "cache:tags");
    await theirs.get("1");
    assert.equal(theirs.state.runs, 1);
  });

  test("what was read just before it was deleted, and arrives together with the telling of that, is not kept", async () => {
    await using here = instance();
    await using there = instance();
    const other = there.context.redis("cache");
    await Promise.all([here.cache.get("warm"), there.cache.get("warm")]);
    for (let round = 0; round < 20; round += 1) {
      const key = `raced-${round}`;
      await there.cache.set(key, "old", { ttl: MINUTE });
      // Both commands wait at the server, and it answers both in one go.
      redis.freeze();
      const read = here.cache.get(key);
      await new Promise((resolve) => setTimeout(resolve, 1));
      const deleted = other.send(["DEL", `cache:e:${key}`]);
      await new Promise((resolve) => setTimeout(resolve, 1));
      redis.thaw();
      await Promise.all([read, deleted]);
      await here.context.redis("cache").send(["PING"]);
      assert.equal(await here.cache.get(key), undefined);
    }
  });
});
