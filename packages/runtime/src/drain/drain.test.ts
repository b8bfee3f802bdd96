import assert from "node:assert/strict";
import { Agent } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { ask } from "../testing/ask.ts";
import { Child } from "../testing/child.ts";
import { eventually } from "../testing/eventually.ts";

async function start(...args: readonly string[]): Promise<{ child: Child; port: number }> {
  const file = join(import.meta.dirname, "server.fixture.ts");
  const child = new Child([process.execPath, "--conditions=source", file, ...args]);
  const port = await eventually("it listens", () => /^port (\d+)$/m.exec(child.output)?.[1]);
  return { child, port: Number(port) };
}

const said = (child: Child) => child.output.trim().split("\n").slice(1);

test("it is not ready, but serves; then finishes what is under way, leads sockets away, ends workers, stores, and itself", async () => {
  const { child, port } = await start();
  await using _ = child;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  assert.equal((await ask(port, "/", { agent })).headers.connection, "keep-alive");
  const slow = ask(port, "/slow");
  await eventually("a request is under way", () => child.output.includes("slow began"));
  child.signal("SIGTERM");
  const health = await eventually("it is not ready", async () => {
    const answer = await ask(port, "/health");
    return answer.status === 503 && answer;
  });
  assert.equal(JSON.parse(health.body).status, "draining");
  const still = await ask(port, "/finish", { agent });
  assert.equal(still.status, 200);
  assert.equal(still.headers.connection, "close");
  assert.equal((await slow).status, 200);
  assert.deepEqual(await child.ended, [0, null]);
  assert.deepEqual(said(child), ["slow began", "sockets", "workers", "stores"]);
  await assert.rejects(ask(port, "/"), { code: "ECONNREFUSED" });
  agent.destroy();
});

test("what fails is told, keeps nothing else from ending, and is seen in the exit code", async () => {
  const { child } = await start("20000", "failing");
  await using _ = child;
  child.signal("SIGTERM");
  assert.deepEqual(await child.ended, [1, null]);
  assert.deepEqual(said(child), ["sockets", "workers", "draining: workers failed", "stores"]);
});

test("a drain that is stuck ends within its grace, with a code that tells it", async () => {
  const { child, port } = await start("1500", "stuck");
  await using _ = child;
  const cut = ask(port, "/slow");
  cut.catch(() => {});
  await eventually("a request is under way", () => child.output.includes("slow began"));
  child.signal("SIGTERM");
  assert.deepEqual(await child.ended, [1, null]);
  await assert.rejects(cut);
  const told = said(child);
  assert.deepEqual(told.slice(0, 4), ["slow began", "sockets", "draining: finishing did not end in time", "workers"]);
  assert.ok(told.includes("stores"), told.join());
});

test("a second signal ends it at once", async () => {
  const { child } = await start();
  await using _ = child;
  child.signal("SIGTERM");
  child.signal("SIGINT");
  assert.deepEqual(await child.ended, [1, null]);
});
