// One worker process: fills a queue, works it off, and writes what that took. Argument: `ours` or `bullmq`.
import { openQueues } from "../../packages/runtime/src/queues/index.ts";
import { testContext } from "../../packages/runtime/src/testing/test-context.ts";
import { peer } from "./peers.ts";

interface Bull {
  Queue: new (name: string, options: object) => { addBulk(jobs: object[]): Promise<unknown>; close(): Promise<void> };
  Worker: new (name: string, work: () => Promise<void>, options: object) => { close(): Promise<void> };
}

const JOBS = 15_000;
const CONCURRENCY = 100;
const BULK = 500;
const DATA = { order: 7, customer: "c-42", note: "x".repeat(100) };

/** Resolves when it was called so often. */
function countdown(calls: number): { readonly done: Promise<void>; readonly call: () => void } {
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let left = calls;
  return {
    done,
    call: () => {
      if (--left === 0) resolve();
    },
  };
}

async function time(start: () => void, done: Promise<void>): Promise<void> {
  const started = performance.now();
  const before = process.cpuUsage();
  start();
  await done;
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - started) / 1_000;
  console.log(JSON.stringify({ perSecond: JOBS / seconds, cpu: (user + system) / JOBS }));
}

async function ours(url: string): Promise<void> {
  await using context = testContext({ REDIS_URL: url });
  await using queues = openQueues(context, {
    queues: { default: { tasks: ["*"], concurrency: CONCURRENCY } },
    deadline: 30_000,
  });
  for (let at = 0; at < JOBS; at += BULK) {
    await queues.enqueueAll(Array.from({ length: BULK }, () => ({ task: "job", data: DATA })));
  }
  const { done, call } = countdown(JOBS);
  await time(() => queues.work({ job: async () => call() }), done);
}

async function bullmq(url: string): Promise<void> {
  const { Queue, Worker } = await peer<Bull>("bullmq");
  const { hostname: host, port, password } = new URL(url);
  const connection = { host, port: Number(port), password };
  const queue = new Queue("default", { connection });
  const opts = { removeOnComplete: true, attempts: 5, backoff: { type: "exponential", delay: 1_000 } };
  for (let at = 0; at < JOBS; at += BULK) {
    await queue.addBulk(Array.from({ length: BULK }, () => ({ name: "job", data: DATA, opts })));
  }
  const { done, call } = countdown(JOBS);
  let worker: { close(): Promise<void> } | undefined;
  await time(() => {
    worker = new Worker("default", async () => call(), { connection, concurrency: CONCURRENCY });
  }, done);
  await worker?.close();
  await queue.close();
}

const [subject = "", url = ""] = process.argv.slice(2);
await (subject === "ours" ? ours(url) : bullmq(url));
