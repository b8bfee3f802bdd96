import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { Child } from "../../testing/child.ts";
import { eventually } from "../../testing/eventually.ts";
import { RedisServer } from "../../testing/redis-server.ts";
import { testContext } from "../../testing/test-context.ts";
import { openQueues } from "../index.ts";

let server: RedisServer;

before(async () => {
  server = await RedisServer.start();
});

after(async () => {
  await server[Symbol.asyncDispose]();
});

beforeEach(async () => {
  await server.command("FLUSHALL");
});

function worker(): Child {
  const program = join(import.meta.dirname, "worker.fixture.ts");
  return new Child([process.execPath, "--conditions=source", program], { env: server.env });
}

test("a worker that is told to end finishes its job and leaves the next one", async () => {
  await using context = testContext(server.env);
  await using queues = openQueues(context);
  await using child = worker();
  await queues.enqueueAll(Array.from({ length: 30 }, (_, data) => ({ task: "takes a while", data })));
  await eventually("it works", () => child.output.includes("begin 0 1"));
  child.signal("SIGTERM");
  await child.ended;
  const lines = child.output.split("\n");
  const begun = lines.filter((line) => line.startsWith("begin"));
  assert.equal(lines.filter((line) => line.startsWith("end")).length, begun.length, child.output);
  assert.ok(lines.includes("closed"), child.output);
  const { waiting, running, delayed } = await queues.measure("default");
  assert.deepEqual({ waiting, running, delayed }, { waiting: 30 - begun.length, running: 0, delayed: 0 });
});

test("a job that does not end within the grace is given back at once, and has not failed", async () => {
  await using context = testContext(server.env);
  await using queues = openQueues(context);
  await using child = worker();
  const { id } = await queues.enqueue("takes for ever", "x", { attempts: 1 });
  await eventually("it runs", () => child.output.includes("begin x"));
  child.signal("SIGTERM");
  await eventually("it is given back", async () => (await queues.measure("default")).waiting === 1);
  assert.match(child.output, /abort x/);
  assert.equal((await queues.find("default", id))?.failures, 0);
  child.signal("SIGKILL");
  await child.ended;
});

test("a job of a worker that was killed comes to another one, although it had but one attempt", async () => {
  await using context = testContext(server.env);
  await using queues = openQueues(context);
  await using first = worker();
  await queues.enqueue("takes a while", "y", { attempts: 1 });
  await eventually("it runs", () => first.output.includes("begin y"));
  first.signal("SIGKILL");
  await using second = worker();
  await eventually("the other one did it", () => second.output.includes("end y"));
  assert.equal((await queues.measure("default")).dead, 0);
});
