import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isFault } from "../fault/index.ts";
import { Browser } from "../testing/browser.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { TestClock, testContext } from "../testing/test-context.ts";
import { openSessions } from "./sessions.ts";

interface Shape {
  visits: number;
  cart: string[];
  name: string;
}

describe("sessions", () => {
  let redis: RedisServer;
  before(async () => {
    redis = await RedisServer.start();
  });
  after(async () => {
    await redis[Symbol.asyncDispose]();
  });

  async function setUp(options = {}, clock = new TestClock()) {
    const context = testContext(redis.env, { clock });
    const sessions = openSessions(context, options);
    const browser = new Browser();
    const open = () => sessions.open<Shape>(browser.head());
    const stack = new AsyncDisposableStack();
    stack.use(context);
    stack.defer(() => sessions.close());
    return { sessions, browser, open, clock, context, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  }

  test("nothing is stored and no cookie set until a field is; then every instance has it", async () => {
    await using here = await setUp();
    await using there = await setUp();
    const first = await here.open();
    assert.equal(await first.save(), "unchanged");
    assert.equal(first.setCookie, null);
    first.set("cart", ["book"]);
    assert.equal(await first.save(), "saved");
    here.browser.take(first.setCookie);
    assert.match(here.browser.cookie ?? "", /^__Host-session=[\w-]{43}$/);
    there.browser.cookie = here.browser.cookie;
    assert.deepEqual((await there.open()).get("cart"), ["book"]);
  });

  test("an id that is not known is refused: the session is new, under another id", async () => {
    await using here = await setUp();
    here.browser.cookie = `__Host-session=${"A".repeat(43)}`;
    const session = await here.open();
    assert.equal(session.state, "new");
    session.set("name", "Ada");
    await session.save();
    here.browser.take(session.setCookie);
    assert.ok(!here.browser.cookie?.includes("AAAA"));
    for (const bad of ["", "short", "A".repeat(44), "../etc", `${"A".repeat(42)}=`]) {
      here.browser.cookie = `__Host-session=${bad}`;
      assert.equal((await here.open()).state, "new", bad);
    }
  });

  test("the store holds neither the id nor anything to make it from", async () => {
    await using here = await setUp();
    const session = await here.open();
    await session.login("ada");
    here.browser.take(session.setCookie);
    const id = here.browser.cookie?.split("=")[1] ?? "";
    const keys = (await redis.command("KEYS", "*")) as string[];
    for (const key of keys) assert.ok(!key.includes(id));
    assert.ok(keys.includes(`sess:${session.hash}`));
  });

  test("a login gives another id, keeps the fields, and leaves the old id worthless", async () => {
    await using here = await setUp();
    const anonymous = await here.open();
    anonymous.set("cart", ["book"]);
    await anonymous.save();
    here.browser.take(anonymous.setCookie);
    const old = here.browser.cookie;

    const login = await here.open();
    login.set("name", "Ada");
    await login.login("ada");
    here.browser.take(login.setCookie);
    assert.notEqual(here.browser.cookie, old);
    const mine = await here.open();
    assert.equal(mine.user, "ada");
    assert.deepEqual([mine.get("cart"), mine.get("name")], [["book"], "Ada"]);

    here.browser.cookie = old;
    const fixated = await here.open();
    assert.equal(fixated.state, "gone");
    assert.equal(fixated.user, null);
    assert.equal(fixated.get("cart"), undefined);
    fixated.set("name", "Eve");
    assert.equal(await fixated.save(), "gone");
    assert.equal(fixated.setCookie, null, "the new cookie, which the browser may have got meanwhile, stays");
  });

  test("another user who logs in finds nothing of the one before", async () => {
    await using here = await setUp();
    const first = await here.open();
    first.set("cart", ["secret"]);
    await first.login("dora");
    here.browser.take(first.setCookie);
    const second = await here.open();
    assert.deepEqual(second.get("cart"), ["secret"]);
    await second.login("eve");
    here.browser.take(second.setCookie);
    const after = await here.open();
    assert.equal(after.user, "eve");
    assert.equal(after.get("cart"), undefined);
    assert.equal((await here.sessions.list("dora")).length, 0);
    await here.sessions.endAll("eve");
  });

  test("regenerating keeps user and absolute end under another id", async () => {
    await using here = await setUp({ idle: 10_000, absolute: 20_000 });
    const session = await here.open();
    await session.login("grace");
    here.browser.take(session.setCookie);
    const before = (await here.sessions.list("grace"))[0];
    here.clock.advance(5_000);
    const again = await here.open();
    assert.equal(await again.regenerate(), "saved");
    here.browser.take(again.setCookie);
    const [listed, ...more] = await here.sessions.list("grace");
    assert.equal(more.length, 0);
    assert.notEqual(listed?.hash, before?.hash);
    assert.equal(listed?.endsAt, before?.endsAt);
    assert.equal((await here.open()).user, "grace");
    await here.sessions.endAll("grace");
  });

  test("a logout removes the cookie, and an ended session cannot be regenerated", async () => {
    await using here = await setUp();
    const session = await here.open();
    await session.login("ada");
    here.browser.take(session.setCookie);
    const late = await here.open();
    const logout = await here.open();
    await logout.logout();
    await logout.logout();
    assert.match(logout.setCookie ?? "", /^__Host-session=; .*Max-Age=0/);
    assert.equal(await late.regenerate(), "gone");
    assert.equal((await here.open()).state, "gone");
    here.browser.take(logout.setCookie);
    assert.equal(here.browser.cookie, undefined);
  });

  test("a session ends when it is idle, and a request past the threshold prolongs it, but not beyond its absolute end", async () => {
    await using here = await setUp({ idle: 10_000, renewAfter: 1_000, absolute: 25_000 });
    const session = await here.open();
    session.set("name", "Ada");
    await session.save();
    here.browser.take(session.setCookie);
    const left = async () => Number(await redis.command("PTTL", `sess:${session.hash}`));
    const look = async (advance: number) => {
      here.clock.advance(advance);
      const opened = await here.open();
      assert.equal(await opened.save(), "unchanged");
      // Nobody waits for it; a further command comes after it.
      await here.context.redis("durable").send(["PING"]);
    };
    await look(500);
    await redis.command("PEXPIRE", `sess:${session.hash}`, "5000");
    await look(400);
    assert.ok((await left()) <= 5_000, "below the threshold nothing is written");
    await look(200);
    assert.ok((await left()) > 9_000, "past it it is");
    await look(20_000 - 1_100);
    assert.ok((await left()) <= 5_000, "at most up to the absolute end");
    await look(5_001);
    assert.equal(await redis.command("EXISTS", `sess:${session.hash}`), 1);
    assert.equal(await here.sessions.touch(session), false, "at its absolute end it is gone");
    assert.equal(await redis.command("EXISTS", `sess:${session.hash}`), 0);
  });

  test("all of a user's sessions are ended but one, and no one else's", async () => {
    await using here = await setUp();
    const logins = await Promise.all(
      ["bo", "bo", "bo", "cy"].map(async (user) => {
        const session = await here.open();
        await session.login(user);
        return session;
      }),
    );
    const [, mine] = logins;
    assert.ok(mine);
    assert.equal((await here.sessions.list("bo")).length, 3);
    assert.equal(await here.sessions.endAll("bo", mine), 2);
    assert.deepEqual(
      (await here.sessions.list("bo")).map(({ hash }) => hash),
      [mine.hash],
    );
    assert.equal(await here.sessions.endAll("bo"), 1);
    assert.equal(await here.sessions.endAll("bo"), 0);
    assert.equal((await here.sessions.list("cy")).length, 1);
  });

  test("a request on behalf of another site is refused before Redis is asked", async () => {
    await using here = await setUp({ trustedOrigins: ["https://partner.example"] });
    const from = (site: string, origin: string) => ({
      method: "POST",
      headers: { "sec-fetch-site": site, origin },
    });
    await assert.rejects(here.sessions.open(here.browser.head(from("cross-site", "https://evil.example"))), (error) =>
      isFault(error, "TF_RT_CROSS_SITE"),
    );
    await here.sessions.open(here.browser.head(from("cross-site", "https://partner.example")));
    const socket = { upgrade: true, headers: { origin: "https://evil.example" } };
    await assert.rejects(here.sessions.open(here.browser.head(socket)), (error) => isFault(error, "TF_RT_CROSS_SITE"));
  });

  test("what sockets of a user share in a room is under one key, field by field", async () => {
    await using here = await setUp();
    const state = here.sessions.socketState("u:1", "lobby");
    await Promise.all([state.write({ cursor: 1 }), here.sessions.socketState("u:1", "lobby").write({ draft: "hi" })]);
    assert.deepEqual(await state.read(), { cursor: 1, draft: "hi" });
    assert.equal(await redis.command("EXISTS", "session:u%3A1:lobby"), 1);
    await state.write({ draft: undefined });
    assert.deepEqual(await state.read(), { cursor: 1 });
    await state.clear();
    assert.deepEqual(await state.read(), {});
  });

  test("options that make no sense are told together", async () => {
    const context = testContext(redis.env);
    assert.throws(
      () => openSessions(context, { idle: 10, absolute: 5, trustedOrigins: ["partner"], cookie: { name: "__Host-x" } }),
      (error) => isFault(error, "TF_RT_OPTION") && error.lines.length === 4,
    );
    assert.throws(
      () => openSessions(testContext({})),
      (error) => isFault(error, "TF_RT_NOT_CONFIGURED"),
    );
  });
});
