import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Browser } from "../testing/browser.ts";
import { eventually } from "../testing/eventually.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { TcpFront } from "../testing/tcp-front.ts";
import { testContext } from "../testing/test-context.ts";
import { openSessions } from "./sessions.ts";

const QUICK = ["--repl-diskless-sync-delay", "0"] as const;

async function offsetOf(server: RedisServer): Promise<string> {
  const info = String(await server.command("INFO", "replication"));
  return /^master_repl_offset:(\d+)/m.exec(info)?.[1] ?? "";
}

/** Two servers behind a front, and a session of a user who is logged in. */
async function setUp() {
  const stack = new AsyncDisposableStack();
  const old = stack.use(await RedisServer.start(...QUICK));
  const next = stack.use(await RedisServer.start(...QUICK, "--replicaof", "127.0.0.1", `${old.port}`));
  const front = stack.use(await TcpFront.start(old.port));
  const url = old.url.replace(`${old.port}`, `${front.port}`);
  const context = stack.use(testContext({ REDIS_URL: url }, { redis: { deadline: 20_000, patience: 20_000 } }));
  const sessions = openSessions(context);
  stack.defer(() => sessions.close());
  await eventually("the replica follows", async () => {
    return String(await next.command("INFO", "replication")).includes("master_link_status:up");
  });
  const browser = new Browser();
  const login = await sessions.open(browser.head());
  await login.login("ada");
  browser.take(login.setCookie);
  // What is not replicated yet may be lost with a master: Redis promises no more.
  await eventually("the replica has the login", async () => (await next.command("EXISTS", `sess:${login.hash}`)) === 1);
  const open = () => sessions.open<Record<string, number>>(browser.head());
  return { old, next, front, open, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Requests that each set a field, until told to stop; returns how many were told to be saved. */
async function write(open: Awaited<ReturnType<typeof setUp>>["open"], isOver: () => boolean): Promise<number> {
  let saved = 0;
  while (!isOver()) {
    const session = await open();
    assert.equal(session.user, "ada");
    session.set(`f${saved}`, saved);
    assert.equal(await session.save(), "saved");
    saved += 1;
  }
  return saved;
}

test("a planned switch of the master loses no field and fails no request", async () => {
  await using here = await setUp();
  let over = false;
  const writing = write(here.open, () => over);
  await sleep(100);
  await here.old.command("CLIENT", "PAUSE", "20000", "WRITE");
  await eventually(
    "the replica has everything",
    async () => (await offsetOf(here.old)) === (await offsetOf(here.next)),
  );
  await here.next.command("REPLICAOF", "NO", "ONE");
  here.front.leadTo(here.next.port);
  await here.old.command("REPLICAOF", "127.0.0.1", `${here.next.port}`);
  await here.old.command("CLIENT", "UNPAUSE");
  await eventually(
    "it goes on at the new master",
    async () => Number(await here.next.command("DBSIZE")) > 0 && isWritten(here.next),
  );
  over = true;
  const saved = await writing;
  const session = await here.open();
  assert.ok(saved > 10);
  assert.equal(session.names().length, saved);
});

async function isWritten(server: RedisServer): Promise<boolean> {
  const { evalsha = 0, eval: evaluated = 0 } = await server.commandCounts();
  return evalsha + evaluated > 0;
}

test("a master that is killed fails no request that may run twice, and users stay logged in", async () => {
  await using here = await setUp();
  let over = false;
  const writing = write(here.open, () => over);
  await sleep(100);
  await here.old.kill();
  await here.next.command("REPLICAOF", "NO", "ONE");
  here.front.leadTo(here.next.port);
  here.front.cut();
  await eventually("it goes on at the new master", () => isWritten(here.next));
  over = true;
  assert.ok((await writing) > 0);
  assert.equal((await here.open()).user, "ada");
});
