import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createLog } from "./log.ts";
import { connectRedis } from "./redis.ts";
import { eventually } from "./testing/eventually.ts";
import { PASSWORD } from "./testing/password.ts";
import { RedisServer } from "./testing/redis-server.ts";
import { Scratch } from "./testing/scratch.ts";
import { TcpProxy } from "./testing/tcp-proxy.ts";
import { RedisVisitCounter } from "./visits/redis-visit-counter.ts";

const stack = new AsyncDisposableStack();
let scratch: Scratch;
let one: RedisServer;
let two: RedisServer;
let proxy: TcpProxy;

before(async () => {
  scratch = stack.use(await Scratch.create());
  one = stack.use(await RedisServer.start(scratch, "one"));
  two = stack.use(await RedisServer.start(scratch, "two"));
  await two.command("REPLICAOF", "127.0.0.1", one.port);
  await eventually("the replica is in sync", 5_000, async () => {
    return String(await two.command("INFO", "replication")).includes("master_link_status:up");
  });
  proxy = stack.use(await TcpProxy.start(one.port));
});
after(async () => {
  await stack.disposeAsync();
  await scratch.assertGone();
});

test("through a failover, behind a proxy that follows a moment late, every visit counts once and none fails", async () => {
  const lines: string[] = [];
  const redis = connectRedis(
    `redis://:${PASSWORD}@127.0.0.1:${proxy.port}`,
    createLog("test", "info", (line) => lines.push(line)),
  );
  const counter = new RedisVisitCounter(redis);
  const { visitor } = await counter.count(null, "first");
  const counts: number[] = [];
  let going = true;
  const visiting = (async () => {
    for (let n = 0; going; n += 1) counts.push((await counter.count(visitor, `request-${n}`)).visits);
  })();
  const visitsAgain = async (what: string) => {
    const before = counts.length;
    await eventually(what, 4_000, () => counts.length > before + 20);
  };

  await visitsAgain("visits count at first");
  // A planned failover, which loses no write. The proxy still leads to the old master for a while: READONLY.
  await one.command("FAILOVER", "TO", "127.0.0.1", two.port);
  const refused = async () => /errorstat_READONLY:count=[1-9]/.test(String(await one.command("INFO", "errorstats")));
  await eventually("the old master has refused a write", 4_000, refused);
  proxy.leadTo(two.port);
  await visitsAgain("visits count on the new master");
  proxy.cut();
  await visitsAgain("visits count after every connection was closed");
  going = false;
  await visiting;
  redis.disconnect();

  assert.deepEqual(
    counts,
    counts.map((_, n) => n + 2),
  );
  assert.ok(lines.length < 20, `${lines.length} lines of log`);
});
