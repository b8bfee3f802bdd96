import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Limits } from "../../drivers/process/limits.ts";
import { ProcessDriver } from "../../drivers/process/process-driver.ts";
import type { MemberName } from "../../fleet/member.ts";
import { eventually } from "../../testing/eventually.ts";
import { freePort } from "../../testing/free-port.ts";
import { millis } from "../../units/millis.ts";
import type { Context } from "../service.ts";
import { infoField, lastWrites, RedisLedger, writesWithin } from "./ledger.ts";
import { RespConnection } from "./resp.ts";

const NAME = "redis-1" as MemberName;

describe("what a failover of Redis lost", () => {
  test("writes are told apart by where they begin", () => {
    const set = (value: string): string => `*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${value.length}\r\n${value}\r\n`;
    const lengths = lastWrites(set("a") + set("bcd") + set("*3"));
    assert.deepEqual(lengths, [set("*3").length, set("bcd").length, set("a").length]);
    assert.equal(writesWithin(lengths, lengths[0] ?? 0), 1);
    assert.equal(writesWithin(lengths, 0), 0);
    assert.equal(writesWithin(lengths, 10_000), 3);
  });

  test("it is counted from the file that a killed master leaves", async () => {
    const directory = await mkdtemp(join(tmpdir(), "ledger-"));
    const data = `${directory}/data/${NAME}`;
    await mkdir(data, { recursive: true });
    const port = await freePort();
    const words = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", data, "--appendonly", "yes", "--save", ""];
    const server = spawn("redis-server", words, { stdio: "ignore" });
    const ended = once(server, "exit");
    const user = { name: "", uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, home: "/" };
    const driver = new ProcessDriver({ engine: user, service: user, application: user }, new Limits("ledger"));
    const context = { fleet: { paths: { home: directory } }, driver } as unknown as Context;
    try {
      let redis = new RespConnection(port, millis(1000));
      await eventually("Redis answers", async () => {
        if (redis.isBroken) redis = new RespConnection(port, millis(1000));
        return redis.send("PING").then(
          () => true,
          () => false,
        );
      });
      // The stream to replicas begins with the first of them; a master without one counts nothing.
      await redis.send("REPLICAOF", "127.0.0.1", "1");
      await redis.send("REPLICAOF", "NO", "ONE");
      await redis.send("SET", "before", "1");
      const ledger = new RedisLedger();
      const info = String(await redis.send("INFO"));
      await ledger.note(context, NAME, info);
      const offset = Number(infoField(info, "master_repl_offset"));
      for (let at = 0; at < 7; at += 1) await redis.send("SET", `after:${at}`, "x".repeat(50));
      server.kill("SIGKILL");
      await ended;
      redis.close();
      const lost = await ledger.lost(context, NAME, offset);
      assert.equal(lost?.writes, 7);
      const all = offset + (lost?.bytes ?? 0);
      assert.deepEqual(await ledger.lost(context, NAME, all), { writes: 0, bytes: 0 });
    } finally {
      server.kill("SIGKILL");
      driver.close();
      await rm(directory, { recursive: true, force: true });
    }
  });
});
