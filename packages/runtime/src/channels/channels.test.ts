import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import WebSocket from "ws";
import { Fault } from "../fault/index.ts";
import { channelsInstance, joined, listen } from "../testing/channels-instance.ts";
import { eventually } from "../testing/eventually.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { testContext } from "../testing/test-context.ts";
import { openChannels } from "./channels.ts";

let redis: RedisServer;
before(async () => {
  redis = await RedisServer.start();
});
after(() => redis?.[Symbol.asyncDispose]());

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

test("what is published on one instance reaches the clients of all, in one order, and nobody outside the room", async () => {
  await using one = await channelsInstance({ ...redis.env, INSTANCE_ID: "web-1" });
  await using two = await channelsInstance({ ...redis.env, INSTANCE_ID: "web-2" });
  await using three = await channelsInstance({ ...redis.env, INSTANCE_ID: "web-3" });
  const instances = [one, two, three];
  using a = listen(one.port, "ada", "orders");
  using b = listen(two.port, "bob", "orders");
  using c = listen(three.port, "cyd", "orders");
  using other = listen(one.port, "dan", "other");
  for (const [client, user] of [
    [a, "ada"],
    [b, "bob"],
    [c, "cyd"],
    [other, "dan"],
  ] as const)
    await joined(client, user);
  await Promise.all(numbers(150).map((n) => instances[n % 3]?.channels.publish("orders", { n, text: 'ü"\n' })));
  await eventually("all have all", () => [a, b, c].every(({ got }) => got.length === 150));
  assert.deepEqual(a.got, b.got);
  assert.deepEqual(a.got, c.got);
  assert.deepEqual(new Set(a.got.map((one) => (one as { n: number }).n)), new Set(numbers(150)));
  assert.equal((a.got[0] as { text: string }).text, 'ü"\n');
  assert.deepEqual(other.got, []);
  assert.deepEqual([a.gaps, b.gaps, c.gaps].flat(), []);
});

test("who is there is the same everywhere, a user with two tabs is there until both are closed", async () => {
  await using one = await channelsInstance({ ...redis.env, INSTANCE_ID: "web-1" });
  await using two = await channelsInstance({ ...redis.env, INSTANCE_ID: "web-2" });
  using watcher = listen(one.port, "eve", "hall");
  await joined(watcher, "eve");
  const tab = listen(one.port, "fay", "hall");
  const second = listen(one.port, "fay", "hall");
  const third = listen(two.port, "fay", "hall");
  await Promise.all([joined(tab, "fay"), joined(second, "fay"), joined(third, "fay"), joined(watcher, "fay")]);
  assert.deepEqual([...(await two.channels.here("hall"))].toSorted(), ["eve", "fay"]);
  tab.client.close();
  third.client.close();
  await eventually("one is left", async () => {
    const left = await redis.command("ZRANGE", "channels:here:hall", "0", "-1");
    return String(left).includes("web-1 fay") && !String(left).includes("web-2");
  });
  assert.ok(watcher.here.users.includes("fay"));
  second.client.close();
  await eventually("it is told that the user left", () => !watcher.here.users.includes("fay"));
  assert.deepEqual(await one.channels.here("hall"), ["eve"]);
});

test("users of an instance that died are there no longer than three beats", async () => {
  await using one = await channelsInstance({ ...redis.env, INSTANCE_ID: "web-1" }, { beat: 200 });
  using watcher = listen(one.port, "gil", "yard");
  await joined(watcher, "gil");
  await redis.command("ZADD", "channels:here:yard", `${Date.now() + 300}`, "web-9 hal");
  await redis.command("HSET", "channels:users:yard", "hal", "1");
  assert.deepEqual([...(await one.channels.here("yard"))].toSorted(), ["gil", "hal"]);
  await eventually("it is gone", async () => !(await one.channels.here("yard")).includes("hal"));
  assert.ok((await one.channels.here("yard")).includes("gil"), "who lives on stays");
});

test("clients are who they are said to be, join what they may, and say what the application takes", async () => {
  await using one = await channelsInstance(
    { ...redis.env },
    {},
    {
      mayJoin: ({ user }, room) => room.endsWith(user),
      receive: ({ user }, _, data) => {
        if (data === "secret") throw new Fault("TF_RT_CHANNEL_REFUSED", "no");
        return data === "quiet" ? undefined : { from: user, data };
      },
    },
  );
  using ivy = listen(one.port, "ivy", "of:ivy");
  await joined(ivy, "ivy");
  assert.match(String(await ivy.client.send("of:ivy", "hi")), /^\d+-\d+$/);
  assert.equal(await ivy.client.send("of:ivy", "quiet"), null);
  await assert.rejects(ivy.client.send("of:ivy", "secret"), /TF_RT_CHANNEL_REFUSED/);
  await assert.rejects(ivy.client.send("of:jon", "hi"), /TF_RT_CHANNEL_REFUSED/);
  await eventually("it came back", () => ivy.got.length === 1);
  assert.deepEqual(ivy.got, [{ from: "ivy", data: "hi" }]);
  using jon = listen(one.port, "jon", "of:ivy");
  await eventually("it is refused", () => jon.refused.length > 0);
  assert.deepEqual(jon.refused, ["TF_RT_CHANNEL_REFUSED"]);

  const status = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    new Promise<number>((resolve) => {
      const upgrade = {
        connection: "upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
      };
      const sent = request({ port: one.port, path, headers: { ...upgrade, ...headers } });
      sent.on("response", (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on("upgrade", (_, socket) => {
        socket.destroy();
        resolve(101);
      });
      sent.end();
    });
  assert.equal(await status("/channels"), 401);
  assert.equal(await status("/other?user=a"), 404);
  assert.equal(await status("/channels?user=a"), 101);
  assert.equal(await status("/channels?user=a", { origin: "https://evil.example" }), 403);
  assert.equal(await status("/channels?user=a", { "sec-fetch-site": "cross-site" }), 403);

  const closed = (text: string) =>
    new Promise<number>((resolve) => {
      const ws = new WebSocket(`ws://127.0.0.1:${one.port}/channels?user=k`);
      ws.on("open", () => ws.send(text));
      ws.on("error", () => {});
      ws.on("close", resolve);
    });
  assert.equal(await closed("nonsense"), 1008);
  assert.equal(await closed(`{"t":"join","room":"${"x".repeat(70_000)}"}`), 1009);
});

test("a client that does not read is cut, and others get all", async () => {
  await using one = await channelsInstance({ ...redis.env }, { maxBuffered: 200_000 });
  using fast = listen(one.port, "leo", "flood");
  await joined(fast, "leo");
  const slow = new WebSocket(`ws://127.0.0.1:${one.port}/channels?user=mia`);
  slow.on("error", () => {});
  slow.on("open", () => slow.send('{"t":"join","room":"flood"}'));
  await joined(fast, "mia");
  slow.pause();
  const dropped = one.context.meters.counter("tenfold_channels_dropped_total", "", { reason: "slow" });
  let published = 0;
  await eventually("it is cut", async () => {
    await one.channels.publish("flood", { n: published, padding: "x".repeat(100_000) });
    published += 1;
    return dropped.value === 1;
  });
  await eventually("the other one has all", () => fast.got.length === published);
  await eventually("it is there no longer", () => !fast.here.users.includes("mia"));
  slow.terminate();
});

test("what makes no sense is refused", async () => {
  await using context = testContext(redis.env);
  assert.throws(() => openChannels(context, { keep: 0, beat: -1 }), { code: "TF_RT_OPTION" });
  await using none = testContext({});
  assert.throws(() => openChannels(none), { code: "TF_RT_NOT_CONFIGURED" });
  const channels = openChannels(context);
  await assert.rejects(channels.publish("a b", 1), { code: "TF_RT_OPTION" });
  await channels.close();
});
