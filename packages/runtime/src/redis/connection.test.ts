import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../fault/index.ts";
import { eventually } from "../testing/eventually.ts";
import { freePort } from "../testing/free-port.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { TcpFront } from "../testing/tcp-front.ts";
import { Connection } from "./connection.ts";
import { defineScript } from "./script.ts";

function open(url: string, times: { deadline?: number; patience?: number } = {}): Connection {
  return new Connection({ role: "durable", source: async () => url, name: "test", ...times });
}

test("commands of one turn are answered in their order, on one connection that is made when it is needed", async () => {
  await using redis = await RedisServer.start();
  const port = open(redis.url);
  try {
    assert.equal(port.state, "idle");
    const answers = await Promise.all([
      port.send(["SET", "a", "1"]),
      port.send(["INCR", "a"]),
      port.send(["GET", "a"]),
      port.send(["GET", "a"], { buffers: true }),
    ]);
    assert.deepEqual(answers, ["OK", 2, "2", Buffer.from("2")]);
    assert.equal(port.state, "ready");
  } finally {
    await port.close();
  }
  await assert.rejects(port.send(["PING"]), (error) => isFault(error, "TF_RT_CLOSED"));
});

test("an error reply is the command's own, and costs no connection", async () => {
  await using redis = await RedisServer.start();
  const port = open(redis.url);
  try {
    await port.send(["SET", "a", "text"]);
    const id = await port.send(["CLIENT", "ID"]);
    await assert.rejects(port.send(["LPUSH", "a", "1"]), /WRONGTYPE/);
    assert.equal(await port.send(["CLIENT", "ID"]), id);
  } finally {
    await port.close();
  }
});

test("a script runs where it is known and where it is not, before and after a restart", async () => {
  await using redis = await RedisServer.start();
  const port = open(redis.url);
  const script = defineScript("return {KEYS[1], ARGV[1]}");
  try {
    for (let round = 0; round < 2; round += 1) {
      assert.deepEqual(await port.run(script, ["k"], ["v"]), ["k", "v"]);
      await port.send(["SCRIPT", "FLUSH"]);
    }
    assert.deepEqual(await port.run(script, ["k"], ["v"]), ["k", "v"]);
    assert.deepEqual(await port.run(script, ["k"], ["v"]), ["k", "v"]);
    assert.ok(((await redis.commandCounts()).evalsha ?? 0) >= 4);
  } finally {
    await port.close();
  }
});

test("a command waits for a server that comes back soon, and fails at once when it has been away for long", async () => {
  await using redis = await RedisServer.start();
  const port = open(redis.url, { deadline: 20_000, patience: 2_000 });
  try {
    await port.send(["SET", "a", "1"]);
    await redis.kill();
    await eventually("the loss is noticed", () => port.state === "away");
    await assert.rejects(port.send(["GET", "a"]), (error) => isFault(error, "TF_RT_REDIS_AWAY"));
    const before = performance.now();
    await assert.rejects(port.send(["GET", "a"]), (error) => isFault(error, "TF_RT_REDIS_AWAY"));
    assert.ok(performance.now() - before < 1_500, "the second one does not wait again");
    await redis.start();
    assert.equal(await eventually("it is back", () => port.send(["GET", "a"])), "1");
  } finally {
    await port.close();
  }
});

test("a server that hangs fails each command at its deadline, and its connection is given up", async () => {
  await using redis = await RedisServer.start();
  const port = open(redis.url, { deadline: 300, patience: 300 });
  try {
    const id = await port.send(["CLIENT", "ID"]);
    redis.freeze();
    const waiting = await Promise.allSettled([port.send(["GET", "a"]), port.send(["GET", "a"])]);
    for (const outcome of waiting) {
      assert.ok(outcome.status === "rejected" && isFault(outcome.reason, "TF_RT_REDIS_TIMEOUT", "TF_RT_REDIS_LOST"));
    }
    assert.equal(port.state, "away");
    await assert.rejects(port.send(["GET", "a"]), (error) => isFault(error, "TF_RT_REDIS_AWAY"));
    redis.thaw();
    assert.notEqual(await eventually("it is back", () => port.send(["CLIENT", "ID"])), id);
  } finally {
    await port.close();
  }
});

test("a process that was busy beyond the deadline still takes an answer that had arrived", async () => {
  await using redis = await RedisServer.start();
  const port = open(redis.url);
  try {
    await port.send(["SET", "a", "1"], { deadline: 5_000 });
    const answer = port.send(["GET", "a"], { deadline: 200 });
    // The command is written at the end of this turn; the answer comes while the process does not look.
    await new Promise((resolve) => setImmediate(resolve));
    const until = performance.now() + 400;
    while (performance.now() < until);
    assert.equal(await answer, "1");
  } finally {
    await port.close();
  }
});

test("a connection lost before the answer is a fault, unless the command may run twice", async () => {
  await using redis = await RedisServer.start();
  await using front = await TcpFront.start(redis.port);
  const port = open(redis.url.replace(`${redis.port}`, `${front.port}`), { deadline: 10_000, patience: 10_000 });
  try {
    await port.send(["SET", "a", "1"]);
    redis.freeze();
    const once = port.send(["INCR", "b"]);
    const twice = port.send(["GET", "a"], { repeatable: true });
    const refused = assert.rejects(once, (error) => isFault(error, "TF_RT_REDIS_LOST"));
    await new Promise((resolve) => setImmediate(resolve));
    front.cut();
    await refused;
    redis.thaw();
    assert.equal(await twice, "1");
  } finally {
    await port.close();
  }
});

test("a master that was demoted is left for the one that the front leads to, and the write is done there", async () => {
  await using old = await RedisServer.start();
  await using other = await RedisServer.start();
  await using front = await TcpFront.start(old.port);
  const port = open(old.url.replace(`${old.port}`, `${front.port}`), { deadline: 10_000, patience: 10_000 });
  try {
    await port.send(["SET", "a", "1"]);
    front.leadTo(other.port);
    await old.command("REPLICAOF", "127.0.0.1", `${other.port}`);
    assert.equal(await port.send(["INCR", "b"]), 1);
    assert.equal(await other.command("GET", "b"), "1");
  } finally {
    await port.close();
  }
});

test("a durable server that may evict is refused, and taken once its policy is mended", async () => {
  await using redis = await RedisServer.start("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru");
  const port = open(redis.url);
  try {
    await assert.rejects(port.send(["PING"]), (error) => isFault(error, "TF_RT_REDIS_POLICY"));
    assert.equal(port.state, "refused");
    await redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    assert.equal(await eventually("it is taken", () => port.send(["PING"])), "PONG");
  } finally {
    await port.close();
  }
});

test("a name with several addresses at which nobody listens is told by what is wrong", async () => {
  const port = open(`redis://localhost:${await freePort()}`, { patience: 200 });
  try {
    await assert.rejects(port.send(["PING"]), (error) => isFault(error, "TF_RT_REDIS_AWAY"));
    await eventually("it is told", () => /ECONNREFUSED/.test(port.trouble ?? ""));
    await assert.rejects(port.send(["PING"]), (error) => isFault(error) && /ECONNREFUSED/.test(error.hint ?? ""));
  } finally {
    await port.close();
  }
});

test("a wrong password is told as the trouble, and is in no message", async () => {
  await using redis = await RedisServer.start();
  const port = open(redis.url.replace(/:[^:@]+@/, ":wrong-secret@"), { patience: 200 });
  try {
    await assert.rejects(port.send(["PING"]), (error) => isFault(error, "TF_RT_REDIS_AWAY"));
    await eventually("it is told", () => /WRONGPASS|invalid/i.test(port.trouble ?? ""));
    assert.doesNotMatch(port.trouble ?? "", /wrong-secret/);
  } finally {
    await port.close();
  }
});
