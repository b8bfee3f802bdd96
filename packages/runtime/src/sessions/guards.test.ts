import assert from "node:assert/strict";
import { test } from "node:test";
import { Browser } from "../testing/browser.ts";
import { eventually } from "../testing/eventually.ts";
import { freePort } from "../testing/free-port.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { TcpFront } from "../testing/tcp-front.ts";
import { testContext } from "../testing/test-context.ts";
import { openSessions } from "./sessions.ts";

async function isHeard(redis: RedisServer, by: number): Promise<boolean> {
  const [, listeners] = (await redis.command("PUBSUB", "NUMSUB", "sess-endings")) as [string, number];
  return listeners === by;
}

async function instance(redis: Pick<RedisServer, "env">) {
  const context = testContext(redis.env);
  const sessions = openSessions(context);
  const browser = new Browser();
  const login = async (user: string) => {
    const session = await sessions.open(browser.head());
    await session.login(user);
    browser.take(session.setCookie);
    return session;
  };
  const close = async () => {
    await sessions.close();
    await context.close();
  };
  return { context, sessions, browser, login, [Symbol.asyncDispose]: close };
}

test("an ending reaches the sockets of every instance at once, and no other session's", async () => {
  await using redis = await RedisServer.start();
  await using here = await instance(redis);
  await using there = await instance(redis);
  const session = await here.login("ada");
  const other = await there.login("bo");
  const told: string[] = [];
  there.sessions.guard(session, (ending) => told.push(`there ${ending}`));
  here.sessions.guard(session, (ending) => told.push(`here ${ending}`));
  there.sessions.guard(other, () => told.push("other"));
  const stop = there.sessions.guard(session, () => told.push("stopped"));
  stop();
  await eventually("both instances listen", () => isHeard(redis, 2));
  await here.sessions.endAll("ada");
  await eventually("both are told", () => told.length >= 2);
  assert.deepEqual(told.toSorted(), ["here ended", "there ended"]);
});

test("a socket that opens while its session is ended is told", async () => {
  await using redis = await RedisServer.start();
  await using here = await instance(redis);
  const session = await here.login("ada");
  await here.sessions.end(session.hash);
  const told: string[] = [];
  here.sessions.guard(session, (ending) => told.push(ending));
  await eventually("it is told", () => told.length === 1);
});

test("a login under another id tells the sockets of the old one", async () => {
  await using redis = await RedisServer.start();
  await using here = await instance(redis);
  const before = await here.login("ada");
  const hash = before.hash;
  const told: string[] = [];
  here.sessions.guard({ hash }, (ending) => told.push(ending));
  await eventually("it listens", () => isHeard(redis, 1));
  const again = await here.sessions.open(here.browser.head());
  await again.regenerate();
  await eventually("it is told", () => told.length === 1);
  assert.deepEqual(told, ["moved"]);
});

test("what was ended while the connection was away is found when it is back", async () => {
  await using redis = await RedisServer.start();
  await using front = await TcpFront.start(redis.port);
  await using here = await instance({ env: { REDIS_URL: redis.url.replace(`${redis.port}`, `${front.port}`) } });
  const session = await here.login("ada");
  const told: string[] = [];
  here.sessions.guard(session, (ending) => told.push(ending));
  await eventually("it listens", () => isHeard(redis, 1));
  front.leadTo(await freePort());
  front.cut();
  await eventually("the loss is noticed", () => here.context.redis("durable").state === "away");
  await redis.command("DEL", `sess:${session.hash}`);
  assert.deepEqual(told, []);
  front.leadTo(redis.port);
  await eventually("it is told", () => told.length === 1);
});
