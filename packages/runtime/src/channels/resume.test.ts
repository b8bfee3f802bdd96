import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "../testing/ask.ts";
import { channelsInstance, joined, listen } from "../testing/channels-instance.ts";
import { eventually } from "../testing/eventually.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { TcpFront } from "../testing/tcp-front.ts";

let redis: RedisServer;
before(async () => {
  redis = await RedisServer.start();
});
after(() => redis?.[Symbol.asyncDispose]());

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

test("a client whose connection is cut again and again, and led to another instance, gets each message once and in order", async () => {
  await using one = await channelsInstance({ ...redis.env, INSTANCE_ID: "web-1" });
  await using two = await channelsInstance({ ...redis.env, INSTANCE_ID: "web-2" });
  await using front = await TcpFront.start(one.port);
  using steady = listen(two.port, "ada", "feed");
  using shaken = listen(front.port, "bob", "feed");
  await joined(steady, "ada");
  await joined(shaken, "bob");
  let cuts = 0;
  for (const n of numbers(300)) {
    await (n % 2 === 0 ? one : two).channels.publish("feed", n);
    if (n % 50 === 25) {
      front.leadTo(cuts % 2 === 0 ? two.port : one.port);
      front.cut();
      cuts += 1;
    }
  }
  await eventually("both have all", () => steady.got.length >= 300 && shaken.got.length >= 300);
  await one.channels.publish("feed", "end");
  await eventually("both have the end", () => steady.got.at(-1) === "end" && shaken.got.at(-1) === "end");
  assert.deepEqual(steady.got, [...numbers(300), "end"]);
  assert.deepEqual(shaken.got, [...numbers(300), "end"]);
  assert.deepEqual(shaken.gaps, []);
  assert.ok(cuts === 6);
});

test("an instance that loses Redis for a while passes on what was published meanwhile, once", async () => {
  await using front = await TcpFront.start(redis.port);
  const through = redis.url.replace(`:${redis.port}`, `:${front.port}`);
  await using one = await channelsInstance({ REDIS_URL: through, INSTANCE_ID: "web-1" });
  await using two = await channelsInstance({ ...redis.env, INSTANCE_ID: "web-2" });
  using client = listen(one.port, "cyd", "news");
  using other = listen(two.port, "dan", "news");
  await joined(client, "cyd");
  await joined(other, "dan");
  for (const n of numbers(100)) {
    await two.channels.publish("news", n);
    if (n % 25 !== 10) continue;
    front.cut();
  }
  await eventually("both have all", () => client.got.length >= 100 && other.got.length >= 100);
  await one.channels.publish("news", "end");
  await eventually("both have the end", () => client.got.at(-1) === "end" && other.got.at(-1) === "end");
  assert.deepEqual(client.got, [...numbers(100), "end"]);
  assert.deepEqual(other.got, client.got);
  assert.deepEqual([...client.gaps, ...other.gaps], []);
});

test("who was away for longer than messages are kept is told so, and goes on from there", async () => {
  await using one = await channelsInstance({ ...redis.env }, { keep: 10 });
  await using front = await TcpFront.start(one.port);
  using client = listen(front.port, "eve", "old");
  await joined(client, "eve");
  await one.channels.publish("old", "first");
  await eventually("it has one", () => client.got.length === 1);
  front.leadTo(1);
  front.cut();
  for (const n of numbers(400)) await one.channels.publish("old", n);
  front.leadTo(one.port);
  await eventually("it has the last", () => client.got.at(-1) === 399);
  assert.deepEqual(client.gaps, [1]);
  const after = client.got.slice(1) as number[];
  assert.deepEqual(after, numbers(400).slice(400 - after.length), "what is kept comes whole");
  assert.ok(after.length < 400);
});

test("messages that a failover of Redis lost are told as a gap, and not hidden by those that take their place", async () => {
  await using one = await channelsInstance({ ...redis.env });
  using client = listen(one.port, "fay", "forked");
  await joined(client, "fay");
  for (const n of numbers(5)) await one.channels.publish("forked", n);
  await eventually("it has five", () => client.got.length === 5);
  const last = (await redis.command("XREVRANGE", "channels:log:forked", "+", "-", "COUNT", "2")) as [
    string,
    string[],
  ][];
  for (const [id] of last) await redis.command("XDEL", "channels:log:forked", id);
  await one.channels.publish("forked", "other");
  await eventually("it has the other", () => client.got.at(-1) === "other");
  assert.deepEqual(client.gaps, [5]);
});

test("draining leads clients to another instance by 1012, spread over time, and none misses a message", async () => {
  await using one = await channelsInstance({ ...redis.env, INSTANCE_ID: "web-1" }, { drainOver: 600 });
  await using two = await channelsInstance({ ...redis.env, INSTANCE_ID: "web-2" });
  await using front = await TcpFront.start(one.port);
  const leftAt: number[] = [];
  const clients = numbers(12).map((n) => {
    const onState = (state: string) => {
      if (state === "waiting") leftAt.push(performance.now());
    };
    return listen(front.port, `user-${n}`, "move", { onState, random: Math.random });
  });
  try {
    for (const [n, client] of clients.entries()) await joined(client, `user-${n}`);
    front.leadTo(two.port);
    const publishing = (async () => {
      for (const n of numbers(60)) {
        await two.channels.publish("move", n);
        await sleep(20);
      }
    })();
    const [drain] = one.context.drains.of("sockets");
    await drain?.(AbortSignal.timeout(20_000));
    assert.equal((await ask(one.port, "/")).status, 200, "the drain of sockets leaves requests alone");
    await publishing;
    await eventually("all have all", () => clients.every(({ got }) => got.length >= 60));
    for (const { got, gaps } of clients) {
      assert.deepEqual(got, numbers(60));
      assert.deepEqual(gaps, []);
    }
    assert.equal(leftAt.length, 12);
    const spread = Math.max(...leftAt) - Math.min(...leftAt);
    assert.ok(spread > 300, `they left within ${spread} ms`);
    using late = listen(one.port, "late", "move");
    await sleep(0);
    await eventually("it is not taken any more", () => late.client.state === "waiting");
  } finally {
    for (const client of clients) client.client.close();
  }
});
