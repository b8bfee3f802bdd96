import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parseEnvironment } from "../environment/index.ts";
import { isFault } from "../fault/index.ts";
import { Child } from "../testing/child.ts";
import { eventually } from "../testing/eventually.ts";
import { freePort } from "../testing/free-port.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { Connection } from "./connection.ts";
import { findMaster } from "./sentinel.ts";
import { redisSource } from "./source.ts";

const SELF = { hostname: "box", pid: 1 };

/** A sentinel that decides alone. */
async function startSentinel(master: RedisServer, stack: AsyncDisposableStack): Promise<number> {
  const port = await freePort();
  const file = join(master.directory, "sentinel.conf");
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `sentinel monitor app 127.0.0.1 ${master.port} 1`,
    `sentinel auth-pass app ${master.password}`,
    "sentinel down-after-milliseconds app 500",
    "sentinel failover-timeout app 3000",
  ];
  await writeFile(file, lines.join("\n"));
  const sentinel = stack.use(new Child(["redis-server", file, "--sentinel"], { cwd: master.directory }));
  const address = { host: "127.0.0.1", port };
  await eventually("the sentinel answers", () => {
    if (!sentinel.running) throw new Error(sentinel.output);
    return findMaster([address], "app", 1_000);
  });
  return port;
}

test("the master is found by the sentinels, and the new one after it was killed", async () => {
  await using stack = new AsyncDisposableStack();
  const master = stack.use(await RedisServer.start("--repl-diskless-sync-delay", "0"));
  const replica = stack.use(
    await RedisServer.start("--repl-diskless-sync-delay", "0", "--replicaof", "127.0.0.1", `${master.port}`),
  );
  const sentinel = await startSentinel(master, stack);
  const environment = parseEnvironment(
    {
      REDIS_URL: master.url,
      REDIS_SENTINELS: `127.0.0.1:${await freePort()},127.0.0.1:${sentinel}`,
      REDIS_SENTINEL_MASTER: "app",
    },
    SELF,
  );
  const source = redisSource(environment, "durable", "sentinel");
  const port = new Connection({ role: "durable", source, name: "test", deadline: 60_000, patience: 60_000 });
  try {
    assert.equal(await port.send(["SET", "a", "1"]), "OK");
    await eventually("the replica follows", async () => (await replica.command("GET", "a")) === "1");
    await eventually("the sentinel knows the replica", async () => {
      const info = String(await replica.command("INFO", "replication"));
      return info.includes("master_link_status:up") && (await knownReplicas(sentinel)) > 0;
    });
    await master.kill();
    assert.equal(await port.send(["SET", "a", "2"], { repeatable: true }), "OK");
    assert.equal(await replica.command("GET", "a"), "2");
  } finally {
    await port.close();
  }
});

async function knownReplicas(port: number): Promise<number> {
  const answers = await sentinelCommand(port, ["SENTINEL", "REPLICAS", "app"]);
  return (answers as readonly unknown[]).length;
}

async function sentinelCommand(port: number, command: readonly string[]): Promise<unknown> {
  const url = `redis://127.0.0.1:${port}`;
  const connection = new Connection({ role: "cache", source: async () => url, name: "test" });
  try {
    return await connection.send(command);
  } finally {
    await connection.close();
  }
}

test("sentinels that do not answer, or know no such master, are told by name", async () => {
  const address = { host: "127.0.0.1", port: await freePort() };
  await assert.rejects(findMaster([address], "app", 500), new RegExp(`no sentinel answers: 127.0.0.1:${address.port}`));
});

test("what is not configured is told, and a front is preferred where there is one", async () => {
  const of = (variables: Record<string, string>) => parseEnvironment(variables, SELF);
  assert.throws(
    () => redisSource(of({}), "durable"),
    (error) => isFault(error, "TF_RT_NOT_CONFIGURED"),
  );
  assert.throws(
    () => redisSource(of({ REDIS_URL: "redis://a" }), "durable", "sentinel"),
    (error) => isFault(error, "TF_RT_NOT_CONFIGURED"),
  );
  const both = of({ REDIS_URL: "redis://front:1", REDIS_SENTINELS: "a:1", REDIS_SENTINEL_MASTER: "app" });
  assert.equal(await redisSource(both, "durable")(1_000), "redis://front:1");
});
