import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../testing/eventually.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { Connection } from "./connection.ts";

function open(url: string): Connection {
  return new Connection({ role: "cache", source: async () => url, name: "test" });
}

test("whoever changes a key of a prefix, those who track it are told, and of no other key", async () => {
  await using redis = await RedisServer.start();
  const port = open(redis.url);
  const told: (string | null)[] = [];
  try {
    port.track("c:", (key) => told.push(key));
    await port.send(["SET", "c:mine", "1"]);
    await redis.command("SET", "other", "1");
    await redis.command("SET", "c:theirs", "1");
    await eventually("both are told", () => told.includes("c:mine") && told.includes("c:theirs"));
    assert.ok(!told.includes("other"));
    port.track("d:", (key) => told.push(key));
    await redis.command("SET", "d:later", "1");
    await eventually("a prefix that was added later is told", () => told.includes("d:later"));
  } finally {
    await port.close();
  }
});

test("after a lost connection everything counts as changed, and tracking and channels go on", async () => {
  await using redis = await RedisServer.start();
  const port = open(redis.url);
  const told: (string | null)[] = [];
  const heard: string[] = [];
  try {
    port.track("c:", (key) => told.push(key));
    const end = port.subscribe("news", (message) => heard.push(message));
    await eventually("there is a connection", () => port.state === "ready");
    await redis.kill();
    await eventually("all is told as changed", () => told.includes(null));
    await redis.start();
    await eventually("it is back", () => port.state === "ready");
    await redis.command("SET", "c:new", "1");
    await redis.command("PUBLISH", "news", "hello");
    await eventually("both go on", () => told.includes("c:new") && heard.includes("hello"));
    end();
    assert.equal(
      await eventually("nobody listens", async () => (await redis.command("PUBLISH", "news", "x")) === 0),
      true,
    );
  } finally {
    await port.close();
  }
});

test("one who only listens notices a server that hangs", async () => {
  await using redis = await RedisServer.start();
  const port = open(redis.url);
  const told: (string | null)[] = [];
  try {
    port.track("c:", (key) => told.push(key));
    await eventually("there is a connection", () => port.state === "ready");
    redis.freeze();
    await eventually("it is noticed", () => told.includes(null));
  } finally {
    await port.close();
  }
});
