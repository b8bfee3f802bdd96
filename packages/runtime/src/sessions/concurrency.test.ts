import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Browser } from "../testing/browser.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { testContext } from "../testing/test-context.ts";
import { openSessions, type Sessions } from "./sessions.ts";

type Shape = Record<string, number>;

describe("requests at the same time", () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(async () => {
    await redis[Symbol.asyncDispose]();
  });

  /** Two instances, and a browser that is logged in. */
  async function setUp() {
    const contexts = [testContext(redis.env), testContext(redis.env)];
    const instances = contexts.map((context) => openSessions(context));
    const browser = new Browser();
    const first = await (instances[0] as Sessions).open<Shape>(browser.head());
    await first.login("ada");
    browser.take(first.setCookie);
    return {
      hash: first.hash,
      browser,
      instances,
      open: (at: number) => (instances[at % 2] as Sessions).open<Shape>(browser.head()),
      async [Symbol.asyncDispose]() {
        await Promise.all(contexts.map((context) => context.close()));
      },
    };
  }

  test("1,000 requests on one session that each set a field lose none", async () => {
    await using here = await setUp();
    const all = Array.from({ length: 1_000 }, (_, at) => at);
    const sessions = await Promise.all(all.map((at) => here.open(at)));
    await Promise.all(
      sessions.map(async (session, at) => {
        session.set(`field-${at}`, at);
        assert.equal(await session.save(), "saved");
      }),
    );
    const end = await here.open(0);
    assert.equal(end.names().length, 1_000);
    assert.ok(all.every((at) => end.get(`field-${at}`) === at));
  });

  test("counting loses no count, and one that computes from the value before loses none either", async () => {
    await using here = await setUp();
    const sessions = await Promise.all(Array.from({ length: 200 }, (_, at) => here.open(at)));
    await Promise.all(sessions.map((session) => session.increment("visits")));
    assert.equal((await here.open(0)).get("visits"), 200);
    await Promise.all(sessions.slice(0, 30).map((session) => session.update("sum", (sum = 0) => sum + 2)));
    assert.equal((await here.open(0)).get("sum"), 60);
  });

  test("a logout is not undone by requests that were under way", async () => {
    await using here = await setUp();
    const under = await Promise.all(Array.from({ length: 50 }, (_, at) => here.open(at)));
    for (const [at, session] of under.entries()) session.set(`f${at}`, at);
    const logout = await here.open(0);
    const [, ...saved] = await Promise.all([logout.logout(), ...under.map((session) => session.save())]);
    assert.equal((await here.open(1)).state, "gone");
    assert.equal(await redis.command("HEXISTS", `sess:${here.hash}`, "a"), 0);
    assert.ok(saved.every((how) => how === "saved" || how === "gone"));
    const later = under[0];
    later?.set("late", 1);
    assert.equal(await later?.save(), "gone");
    assert.equal(later?.setCookie, null);
    assert.equal(await redis.command("HEXISTS", `sess:${here.hash}`, "f:late"), 0);
    assert.equal(await later?.increment("late"), null);
    assert.equal(await later?.update("late", () => 1), undefined);
  });

  test("a login leaves a request with the old id no way to set another cookie over the new one", async () => {
    await using here = await setUp();
    const old = here.browser.cookie;
    const login = await here.open(0);
    await login.regenerate();
    here.browser.cookie = old;
    const straggler = await here.open(1);
    straggler.set("x", 1);
    assert.equal(await straggler.save(), "gone");
    assert.equal(straggler.setCookie, null);
  });

  test("a field changed in place by one request does not take back what another wrote elsewhere", async () => {
    await using here = await setUp();
    const [one, other] = await Promise.all([here.open(0), here.open(1)]);
    one.set("a", 1);
    other.set("b", 2);
    await Promise.all([one.save(), other.save()]);
    const end = await here.open(0);
    assert.deepEqual([end.get("a"), end.get("b")], [1, 2]);
  });
});
