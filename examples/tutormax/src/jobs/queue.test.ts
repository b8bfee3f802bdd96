import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { Redis } from "ioredis";
import { createLog } from "../log.ts";
import { connectRedis } from "../redis.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { Scratch } from "../testing/scratch.ts";
import { JobQueue } from "./queue.ts";

let scratch: Scratch;
let server: RedisServer;
let redis: Redis;
let queue: JobQueue;

before(async () => {
  scratch = await Scratch.create();
  server = await RedisServer.start(scratch);
  redis = connectRedis(
    server.url,
    createLog("test", "error", () => {}),
  );
});
after(async () => {
  redis.disconnect();
  await server[Symbol.asyncDispose]();
  await scratch[Symbol.asyncDispose]();
  await scratch.assertGone();
});
beforeEach(async () => {
  await server.command("FLUSHALL");
  queue = new JobQueue(redis, "reports");
  // The first look at a queue that nobody used makes the group.
  assert.equal(await queue.take("nobody", 1), null);
});

const job = (id: string) => ({ id, kind: "test" });

test("a job is delivered with its id and kind, and is gone when it is removed", async () => {
  assert.equal(await queue.enqueue(job("a")), true);
  const delivery = await queue.take("worker-1", 1_000);
  assert.deepEqual(delivery?.job, job("a"));
  assert.equal(delivery?.attempt, 1);
  assert.equal(await server.command("XLEN", "reports"), 1);
  if (delivery !== null) await queue.remove(delivery);
  assert.equal(await server.command("XLEN", "reports"), 0);
  assert.equal(await queue.take("worker-1", 1), null);
});

test("a job with the id of an earlier one is not enqueued, not even when that one is done", async () => {
  assert.equal(await queue.enqueue(job("a")), true);
  assert.equal(await queue.enqueue(job("a")), false);
  const delivery = await queue.take("worker-1", 1_000);
  if (delivery !== null) await queue.remove(delivery);
  assert.equal(await queue.enqueue(job("a")), false);
  assert.equal(await server.command("XLEN", "reports"), 0);
});

test("ten who enqueue a job at once enqueue one", async () => {
  const enqueued = await Promise.all(Array.from({ length: 10 }, () => queue.enqueue(job("a"))));
  assert.equal(enqueued.filter(Boolean).length, 1);
  assert.equal(await server.command("XLEN", "reports"), 1);
});

test("each job goes to one worker", async () => {
  for (const id of ["a", "b", "c", "d"]) await queue.enqueue(job(id));
  const taken = await Promise.all(["1", "2", "3", "4"].map((worker) => queue.take(worker, 1_000)));
  assert.deepEqual(taken.map((delivery) => delivery?.job.id).sort(), ["a", "b", "c", "d"]);
});

test("a job that was enqueued before any worker came is not lost", async () => {
  await server.command("FLUSHALL");
  await queue.enqueue(job("early"));
  assert.equal(await queue.take("worker-1", 1), null);
  assert.equal((await queue.take("worker-1", 1_000))?.job.id, "early");
});

test("a worker that starts again gets the job that it left undone, and nobody else does", async () => {
  await queue.enqueue(job("a"));
  await queue.take("worker-1", 1_000);
  assert.equal(await queue.take("worker-2", 1), null);
  const again = await queue.take("worker-1", 1);
  assert.equal(again?.job.id, "a");
  assert.equal(again?.attempt, 2);
});

test("a job that its worker has not finished for a minute goes to another", async () => {
  await queue.enqueue(job("a"));
  const delivery = await queue.take("worker-1", 1_000);
  assert.ok(delivery !== null);
  // As if a minute had gone by.
  await server.command("XCLAIM", "reports", "workers", "worker-1", 0, delivery.entry, "IDLE", 61_000, "JUSTID");
  assert.equal((await queue.take("worker-2", 1))?.job.id, "a");
  assert.equal(await queue.take("worker-1", 1), null);
});

test("an entry that was cut off from the queue while a worker had it is forgotten", async () => {
  await queue.enqueue(job("a"));
  const delivery = await queue.take("worker-1", 1_000);
  assert.ok(delivery !== null);
  await server.command("XDEL", "reports", delivery.entry);
  assert.equal(await queue.take("worker-1", 1), null);
  assert.deepEqual((await server.command("XPENDING", "reports", "workers")) as unknown[], [0, null, null, null]);
});
