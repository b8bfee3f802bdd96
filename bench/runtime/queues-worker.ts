// A process that works a queue off, or fills it, and writes what that took.
// Arguments: `ours` or `bullmq`, the address of Redis, `work` or `enqueue`, and how many jobs at a time.
import { openQueues, type Queues } from "../../packages/runtime/src/queues/index.ts";
import { testContext } from "../../packages/runtime/src/testing/test-context.ts";
import { peer } from "./peers.ts";

interface BullQueue {
  add(name: string, data: object, opts: object): Promise<unknown>;
  addBulk(jobs: object[]): Promise<unknown>;
  close(): Promise<void>;
}
interface Bull {
  Queue: new (name: string, options: object) => BullQueue;
  Worker: new (name: string, work: () => Promise<void>, options: object) => { close(): Promise<void> };
}

/** What is measured, on either side. */
interface Subject {
  enqueue(): Promise<unknown>;
  enqueueMany(jobs: number): Promise<unknown>;
  /** Calls for each job that is done. */
  work(concurrency: number, call: () => void): void;
}

const BULK = 500;
const DATA = { order: 7, customer: "c-42", note: "x".repeat(100) };

async function time(jobs: number, run: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - started) / 1_000;
  console.log(JSON.stringify({ perSecond: jobs / seconds, cpu: (user + system) / jobs }));
}

async function work(subject: Subject, concurrency: number): Promise<void> {
  const jobs = concurrency === 1 ? 5_000 : 15_000;
  for (let at = 0; at < jobs; at += BULK) await subject.enqueueMany(BULK);
  const { promise: done, resolve } = Promise.withResolvers<void>();
  let left = jobs;
  await time(jobs, async () => {
    subject.work(concurrency, () => {
      if (--left === 0) resolve();
    });
    await done;
  });
}

/** As many callers as are named, each of which waits for its job to be confirmed; beyond 100, jobs of one call. */
async function enqueue(subject: Subject, width: number): Promise<void> {
  const jobs = width === 1 ? 5_000 : 15_000;
  const each = width > 100 ? () => subject.enqueueMany(width) : () => subject.enqueue();
  const calls = width > 100 ? jobs / width : jobs;
  const callers = width > 100 ? 1 : width;
  for (let at = 0; at < 500 / (jobs / calls); at++) await each();
  let left = calls;
  await time(jobs, () =>
    Promise.all(
      Array.from({ length: callers }, async () => {
        while (left-- > 0) await each();
      }),
    ),
  );
}

function ours(queues: Queues): Subject {
  return {
    enqueue: () => queues.enqueue("job", DATA),
    enqueueMany: (jobs) => queues.enqueueAll(Array.from({ length: jobs }, () => ({ task: "job", data: DATA }))),
    work: (_, call) => queues.work({ job: async () => call() }),
  };
}

async function bullmq(url: string, disposed: AsyncDisposableStack): Promise<Subject> {
  const { Queue, Worker } = await peer<Bull>("bullmq");
  const { hostname: host, port, password } = new URL(url);
  const connection = { host, port: Number(port), password };
  const queue = new Queue("default", { connection });
  disposed.defer(() => queue.close());
  const opts = { removeOnComplete: true, attempts: 5, backoff: { type: "exponential", delay: 1_000 } };
  return {
    enqueue: () => queue.add("job", DATA, opts),
    enqueueMany: (jobs) => queue.addBulk(Array.from({ length: jobs }, () => ({ name: "job", data: DATA, opts }))),
    work: (concurrency, call) => {
      const worker = new Worker("default", async () => call(), { connection, concurrency });
      disposed.defer(() => worker.close());
    },
  };
}

const [name = "", url = "", what = "work", width = "100"] = process.argv.slice(2);
await using disposed = new AsyncDisposableStack();
const context = disposed.use(testContext({ REDIS_URL: url }));
const options = { queues: { default: { tasks: ["*"], concurrency: Number(width) } }, deadline: 30_000 };
const subject = name === "ours" ? ours(disposed.use(openQueues(context, options))) : await bullmq(url, disposed);
await (what === "work" ? work : enqueue)(subject, Number(width));
