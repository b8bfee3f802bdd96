import assert from "node:assert/strict";
import { test } from "node:test";
import { type Context, openContext } from "../context/index.ts";
import { type Fault, isFault } from "../fault/index.ts";
import { createRuntime } from "../runtime/create-runtime.ts";
import { eventually } from "../testing/eventually.ts";
import type { QueueBackend } from "./backend.ts";
import { openQueues, type QueueOptions, type Queues, type QueuesOptions } from "./index.ts";
import { MemoryBackend } from "./memory/memory-backend.ts";

interface Opened {
  readonly queues: Queues;
  readonly context: Context;
  readonly warnings: string[];
}

function open(options: QueuesOptions = {}, env: Record<string, string> = {}): Opened {
  const warnings: string[] = [];
  const context = openContext({ env, warn: (message) => warnings.push(message) });
  return { queues: openQueues(context, { backend: "memory", grace: 200, ...options }), context, warnings };
}

const TWO: Readonly<Record<string, QueueOptions>> = {
  reports: { tasks: ["report.*"], concurrency: 2, attempts: 2, backoff: { first: 10 } },
  default: { tasks: ["*"] },
};

const withCode = (code: Fault["code"]) => (error: unknown) => {
  assert.ok(isFault(error, code), String(error));
  return true;
};

test("a job goes to the queue of its task, and to its handler", async () => {
  const { queues } = open({ queues: TWO });
  await using _ = queues;
  const seen: string[] = [];
  await queues.enqueue("report.pdf", { order: 7 });
  await queues.enqueue("mail", "hello");
  await queues.enqueue("report.csv", null, { queue: "default", delay: 60_000 });
  assert.equal((await queues.measure("reports")).waiting, 1);
  assert.equal((await queues.measure("default")).delayed, 1);
  queues.work({
    "report.pdf": ({ data, queue }) => seen.push(`${queue} ${data.order}`),
    mail: ({ data, queue }) => seen.push(`${queue} ${data}`),
  });
  await eventually("both ran", () => seen.length === 2);
  assert.deepEqual(seen.toSorted(), ["default hello", "reports 7"]);
});

test("a worker of a fleet works on its own queue alone", async () => {
  const { queues } = open({ queues: TWO }, { QUEUE: "reports" });
  await using _ = queues;
  const seen: string[] = [];
  queues.work({ "report.pdf": () => seen.push("report"), mail: () => seen.push("mail") });
  await queues.enqueue("mail");
  await queues.enqueue("report.pdf");
  await eventually("one ran", () => seen.length === 1);
  assert.deepEqual(seen, ["report"]);
  assert.equal((await queues.measure("default")).waiting, 1);
});

test("a task that no queue takes, and options that make no sense, are the caller's mistakes", async () => {
  const { queues } = open({ queues: { reports: { tasks: ["report.*"] } } });
  await using _ = queues;
  await assert.rejects(queues.enqueue("mail"), withCode("TF_RT_QUEUE_TASK"));
  await assert.rejects(queues.enqueue("report.pdf", 1, { queue: "nothing" }), withCode("TF_RT_QUEUE_TASK"));
  await assert.rejects(queues.measure("nothing"), withCode("TF_RT_QUEUE_TASK"));
  assert.throws(() => queues.work({ mail: () => {} }), withCode("TF_RT_QUEUE_TASK"));
  const bad = { delay: -1, priority: 1.5, attempts: 0, order: "a", group: "b", once: "" };
  await assert.rejects(queues.enqueue("report.pdf", 1, bad), (error: Fault) => {
    assert.equal(error.lines.length, 5);
    return withCode("TF_RT_OPTION")(error);
  });
  assert.throws(
    () => open({ queues: { "a:b": {}, c: { concurrency: 0, backoff: { first: 5, most: 1 } } }, replicas: -1 }),
    (error: Fault) => {
      assert.deepEqual(
        error.lines.map((line) => line.split(":")[0]),
        ["queues.a", "queues.c.concurrency", "queues.c.backoff.most", "replicas"],
      );
      return withCode("TF_RT_OPTION")(error);
    },
  );
});

test("a job that this release has no handler for is tried again, for another may have one", async () => {
  const options = { backend: new MemoryBackend(), queues: { reports: { ...TWO.reports, attempts: 100 } } };
  const { queues, context } = open(options);
  await using _ = queues;
  const seen: number[] = [];
  queues.work({ "report.old": () => {} });
  const { id } = await queues.enqueue("report.new");
  const failed = await eventually("it failed", async () => {
    const view = await queues.find("reports", id);
    return (view?.failures ?? 0) > 0 && view;
  });
  assert.match(failed.error ?? "", /no handler for report\.new/);
  for (const stop of context.drains.of("workers")) await stop(AbortSignal.abort());
  open(options).queues.work({ "report.new": ({ attempt }) => seen.push(attempt) });
  await eventually("the new release did it", () => seen.length === 1);
});

test("an attempt that takes too long fails, and its signal says why", async () => {
  const { queues, context, warnings } = open({ queues: { default: { tasks: ["*"], timeout: 30, attempts: 1 } } });
  await using _ = queues;
  const reasons: unknown[] = [];
  queues.work({
    slow: async ({ signal }) => {
      signal.addEventListener("abort", () => reasons.push(signal.reason));
      await new Promise(() => {});
    },
  });
  const { id } = await queues.enqueue("slow");
  const dead = await eventually("it is dead", async () => (await queues.dead("default"))[0]);
  assert.equal(dead.id, id);
  withCode("TF_RT_JOB_TIMEOUT")(reasons[0]);
  assert.ok(warnings.includes("a job is dead"));
  const ends = context.meters.list().flatMap((one) => (one.kind === "counter" ? [[one.labels.end, one.value]] : []));
  assert.ok(ends.some(([end, value]) => end === "dead" && value === 1));
});

test("all dead letters are replayed, the oldest first", async () => {
  const { queues } = open({ queues: { default: { tasks: ["*"], attempts: 1, concurrency: 1 } } });
  await using _ = queues;
  const seen: number[] = [];
  let broken = true;
  queues.work({
    count: ({ data }) => {
      if (broken) throw new Error("broken");
      seen.push(data);
    },
  });
  await queues.enqueueAll([1, 2, 3].map((data) => ({ task: "count", data })));
  await eventually("all are dead", async () => (await queues.measure("default")).dead === 3);
  broken = false;
  assert.equal(await queues.replayAll("default"), 3);
  await eventually("all ran", () => seen.length === 3);
  assert.equal((await queues.measure("default")).dead, 0);
});

test("a worker that silently stops taking jobs is made anew, and is not ready until one is done", async () => {
  const memory = new MemoryBackend();
  let made = 0;
  const wedging = new Proxy(memory, {
    get(target, name) {
      if (name === "consume" && made++ === 0) return () => ({ running: 0, steps: 0, stop: async () => {} });
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  }) as QueueBackend;
  const { queues, context, warnings } = open({ backend: wedging, wedgedAfter: 60 });
  await using _ = queues;
  const { promise: hold, resolve } = Promise.withResolvers<void>();
  queues.work({ a: () => hold });
  const probe = context.health.probes.find(({ name }) => name === "queue_default");
  assert.ok(probe?.required);
  await probe.check(AbortSignal.timeout(1_000));
  await queues.enqueue("a");
  await eventually("it is made anew", () => warnings.some((text) => /made anew/.test(text)));
  await assert.rejects(probe.check(AbortSignal.timeout(1_000)), /stopped taking jobs/);
  resolve();
  await eventually("it is ready", () => probe.check(AbortSignal.timeout(1_000)));
  assert.equal(made, 2);
});

test("draining finishes what runs, and gives back what does not end", async () => {
  const memory = new MemoryBackend();
  const { queues, context } = open({ backend: memory });
  await using _ = queues;
  const { promise: hold, resolve } = Promise.withResolvers<void>();
  const done: unknown[] = [];
  queues.work({
    job: async ({ data }) => {
      await (data === "ends" ? hold : new Promise(() => {}));
      done.push(data);
    },
  });
  await queues.enqueueAll(["ends", "hangs"].map((data) => ({ task: "job", data })));
  await eventually("both run", async () => (await queues.measure("default")).running === 2);
  const force = new AbortController();
  const drained = Promise.all(context.drains.of("workers").map((task) => task(force.signal)));
  resolve();
  await eventually("one is done", () => done.length === 1);
  force.abort();
  await drained;
  assert.deepEqual(done, ["ends"]);
  assert.equal((await queues.measure("default")).waiting, 1);
});

test("the figures of a queue are there for metrics once it was looked at", async () => {
  const { queues, context } = open();
  await using _ = queues;
  await queues.enqueue("a");
  await queues.measure("default");
  const gauges = context.meters
    .list()
    .flatMap((one) => (one.kind === "gauge" ? [[one.name, one.read()] as const] : []));
  assert.equal(new Map(gauges).get("tenfold_queue_waiting"), 1);
});

test("without Redis the queues say what to do, and closed ones that they are", async () => {
  assert.throws(() => openQueues(openContext({ env: {} })), withCode("TF_RT_NOT_CONFIGURED"));
  await using runtime = await createRuntime({ env: {}, queues: { backend: "memory" } });
  await runtime.queues.enqueue("a");
  await runtime.queues.close();
  await assert.rejects(runtime.queues.enqueue("a"), withCode("TF_RT_CLOSED"));
  assert.throws(() => runtime.queues.work({ a: () => {} }), withCode("TF_RT_CLOSED"));
});
