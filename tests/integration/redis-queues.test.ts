import assert from "node:assert/strict";
import { test } from "node:test";
import { Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { RedisServer } from "../../packages/runtime/src/testing/redis-server.ts";
import type { QueueFigures } from "../../packages/tenfold/src/fleet/figures.ts";
import { readRedisQueue } from "../../packages/tenfold/src/services/queues/redis/redis-queues.ts";
import type { Send } from "../../packages/tenfold/src/services/queues/redis/reply.ts";
import type { QueueLibrary } from "../../packages/tenfold/src/spec/scaling/queue-source.ts";
import { connectRedis } from "../harness/writers.ts";

const MINUTE = 60_000;

type Read = (library: QueueLibrary, name: string, now?: number) => Promise<QueueFigures>;

/** A Redis of its own, and what the engine reads in it. */
async function withRedis(act: (redis: Redis, read: Read, url: string) => Promise<void>): Promise<void> {
  await using server = await RedisServer.start();
  const redis = connectRedis(server.url);
  const send: Send = async (command = "", ...words) => (await redis.call(command, ...words)) as never;
  try {
    await act(redis, (library, name, now = Date.now()) => readRedisQueue(library, send, name, now), server.url);
  } finally {
    redis.disconnect();
  }
}

test("BullMQ: jobs for later wait when they are due, and when the next one is is told", () =>
  withRedis(async (redis, read) => {
    const queue = new Queue("mail", { connection: redis });
    try {
      const now = Date.now();
      await queue.add("soon", {}, { delay: MINUTE, timestamp: now });
      await queue.add("late", {}, { delay: 60 * MINUTE, timestamp: now });
      const before = await read("bullmq", "mail", now + 5_000);
      assert.deepEqual([before.queued, before.oldest, before.arrived], [0, 0, 2]);
      assert.deepEqual(before.later, { jobs: 2, due: 55_000 });
      const after = await read("bullmq", "mail", now + MINUTE + 2_000);
      assert.deepEqual([after.queued, after.oldest, after.arrived], [1, 2_000, 2]);
      assert.deepEqual(after.later, { jobs: 1, due: -2_000 });
    } finally {
      await queue.close();
    }
  }));

test("BullMQ: the oldest of prioritized jobs is told, whichever is next", () =>
  withRedis(async (redis, read) => {
    const queue = new Queue("mail", { connection: redis });
    try {
      const now = Date.now();
      await queue.add("old", {}, { priority: 10, timestamp: now - 10 * MINUTE });
      await queue.add("new", {}, { priority: 10, timestamp: now - MINUTE });
      await queue.add("urgent", {}, { priority: 1, timestamp: now - 2 * MINUTE });
      const { queued, oldest } = await read("bullmq", "mail", now);
      assert.deepEqual([queued, oldest], [3, 10 * MINUTE]);
    } finally {
      await queue.close();
    }
  }));

test("BullMQ: a job that was put off waits from when it was due, and another attempt makes nothing look old", () =>
  withRedis(async (redis, read, url) => {
    const queue = new Queue("mail", { connection: redis });
    const worker = new Worker("mail", null, { connection: { url, maxRetriesPerRequest: null }, autorun: false });
    try {
      const again = { attempts: 2, backoff: { type: "fixed", delay: 1 } };
      await queue.add("retried", {}, { ...again, timestamp: Date.now() - 60 * MINUTE });
      const job = await worker.getNextJob("token");
      await job?.moveToFailed(new Error("not yet"), "token");
      // As a worker does that looks for what is due.
      const [id] = await redis.zrange("bull:mail:delayed", 0, 0);
      await redis.zrem("bull:mail:delayed", id ?? "");
      await redis.lpush("bull:mail:wait", id ?? "");
      const retried = await read("bullmq", "mail");
      assert.deepEqual([retried.queued, retried.oldest], [1, null]);
      const now = Date.now();
      const put = await queue.add("put off", {}, { ...again, delay: 50 * MINUTE, timestamp: now - 51 * MINUTE });
      await put.promote();
      const both = await read("bullmq", "mail", now);
      assert.deepEqual([both.queued, both.oldest], [2, MINUTE]);
    } finally {
      await worker.close();
      await queue.close();
    }
  }));

test("BullMQ: what waits in a paused queue is told, and waits for no worker", () =>
  withRedis(async (redis, read) => {
    const queue = new Queue("mail", { connection: redis });
    try {
      const now = Date.now();
      await queue.add("old", {}, { timestamp: now - MINUTE });
      await queue.add("urgent", {}, { priority: 1, timestamp: now });
      await queue.add("overdue", {}, { delay: 1, timestamp: now - MINUTE });
      await queue.add("late", {}, { delay: 2 * MINUTE, timestamp: now });
      await queue.pause();
      const { queued, oldest, later, paused, arrived } = await read("bullmq", "mail", now);
      assert.deepEqual([queued, oldest, later?.due, paused, arrived], [0, 0, null, 3, 4]);
      // Versions 4 and 5 set aside what waits.
      await redis.rename("bull:mail:wait", "bull:mail:paused").catch(() => {});
      assert.equal((await read("bullmq", "mail", now)).paused, 3);
      await redis.rename("bull:mail:paused", "bull:mail:wait");
      await queue.resume();
      const again = await read("bullmq", "mail", now);
      assert.deepEqual([again.queued, again.oldest, again.paused], [3, MINUTE, undefined]);
    } finally {
      await queue.close();
    }
  }));

test("Celery: all priorities of a queue are counted", () =>
  withRedis(async (redis, read) => {
    await redis.rpush("films", "a");
    await redis.rpush("films\x06\x163", "b", "c");
    await redis.rpush("films\x06\x169", "d");
    assert.equal((await read("celery", "films")).queued, 4);
  }));

test("Celery: what is reserved counts for the queue that it came from, whatever it was sent through", () =>
  withRedis(async (redis, read) => {
    const reserve = (tag: string, exchange: string, key: string, body = "x"): Promise<number> => {
      const message = { body, properties: { delivery_info: { exchange, routing_key: key }, delivery_tag: tag } };
      // As Python writes it.
      const text = JSON.stringify(message).replaceAll('":', '": ').replaceAll(',"', ', "');
      return redis.hset("unacked", tag, `[${text}, "${exchange}", "${key}"]`);
    };
    const inFlight = async (name: string): Promise<number | null> => (await read("celery", name)).inFlight;
    assert.equal(await inFlight("pdf"), 0);
    for (const tag of ["a", "b", "c"]) await reserve(tag, "", "pdf", "y".repeat(100_000));
    await redis.sadd("_kombu.binding.docs", "docs.pdf\x06\x16\x06\x16routed", "docs.txt\x06\x16\x06\x16pdf2");
    await redis.sadd("_kombu.binding.news", "eu.*\x06\x16\x06\x16europe", "#\x06\x16\x06\x16all");
    await reserve("d", "docs", "docs.pdf");
    await reserve("e", "news", "eu.sport");
    await redis.hset("unacked", "f", "of somebody else");
    const told = await Promise.all(["pdf", "pdf2", "routed", "europe", "all", "docs"].map(inFlight));
    assert.deepEqual(told, [3, 0, 1, 1, 1, 0]);
    // More than Redis is to be held up for: nobody knows.
    for (let at = 0; at < 5_000; at += 500)
      await redis.hset("unacked", ...Array.from({ length: 500 }, (_, more) => [`${at + more}`, "{}"]).flat());
    assert.equal(await inFlight("pdf"), null);
  }));

test("the age of a queue that nobody knows is never told, not even of an empty one", () =>
  withRedis(async (_, read) => {
    for (const library of ["list", "celery"] as const) assert.equal((await read(library, "films")).oldest, null);
  }));

test("RQ: when the next scheduled job is due, and what its workers have done", () =>
  withRedis(async (redis, read) => {
    const now = Date.now();
    await redis.zadd("rq:scheduled:films", now / 1000 + 30, "one", now / 1000 + 90, "two");
    const counts = { successful_job_count: 3, failed_job_count: 1, total_working_time: 32.5 };
    await redis.sadd("rq:workers:films", "rq:worker:a", "rq:worker:b");
    await redis.hset("rq:worker:a", { queues: "films", ...counts });
    await redis.hset("rq:worker:b", { queues: "films,mails", ...counts });
    const { queued, later, done } = await read("rq", "films", now);
    assert.deepEqual([queued, later?.jobs, Math.round(later?.due ?? 0)], [0, 2, 30_000]);
    assert.deepEqual(done, { jobs: 4, seconds: 32.5 });
  }));

test("Sidekiq: scheduled jobs and other attempts of a queue wait when they are due", () =>
  withRedis(async (redis, read) => {
    const now = Date.now();
    const job = (queue: string, jid: string): string => JSON.stringify({ queue, class: "Films", args: [], jid });
    await redis.zadd("schedule", now / 1000 - 5, job("mails", "a"), now / 1000 + 60, job("films", "b"));
    await redis.zadd("retry", now / 1000 - 20, job("films", "c"));
    await redis.set("stat:processed", 40);
    const { queued, oldest, later, done } = await read("sidekiq", "films", now);
    assert.equal(queued, 1);
    assert.equal(Math.round((oldest ?? 0) / 1000), 20);
    assert.equal(Math.round((later?.due ?? 0) / 1000), -20);
    assert.deepEqual(done, { jobs: 40, seconds: null });
    const sleeping = await read("sidekiq", "films", now - MINUTE);
    assert.deepEqual([sleeping.queued, sleeping.oldest, Math.round((sleeping.later?.due ?? 0) / 1000)], [0, 0, 40]);
  }));

test("a stream is counted though one of its unread entries was deleted, and before it is there", () =>
  withRedis(async (redis, read) => {
    assert.equal((await read("stream", "films")).queued, 0);
    await redis.xgroup("CREATE", "films", "workers", "0", "MKSTREAM");
    const ids: string[] = [];
    for (const job of ["1", "2", "3", "4", "5"]) ids.push((await redis.xadd("films", "*", "job", job)) ?? "");
    await redis.xreadgroup("GROUP", "workers", "one", "COUNT", "1", "STREAMS", "films", ">");
    assert.equal((await read("stream", "films")).queued, 4);
    await redis.xdel("films", ids[2] ?? "");
    const { queued, inFlight, oldest, arrived } = await read("stream", "films");
    assert.deepEqual([queued, inFlight, arrived], [3, 1, 5]);
    assert.ok(oldest !== null && oldest >= 0);
  }));

test("a long stream whose unread entries nobody counts has at least as many as are counted", () =>
  withRedis(async (redis, read) => {
    const ids: string[] = [];
    for (let job = 0; job < 1_500; job += 1) ids.push((await redis.xadd("films", "*", "job", `${job}`)) ?? "");
    await redis.xgroup("CREATE", "films", "workers", "0");
    await redis.xreadgroup("GROUP", "workers", "one", "COUNT", "100", "STREAMS", "films", ">");
    await redis.xdel("films", ids[700] ?? "");
    assert.equal((await read("stream", "films")).queued, 1_400);
  }));
