import assert from "node:assert/strict";
import { test } from "node:test";
import { openContext } from "../context/index.ts";
import { type Fault, isFault } from "../fault/index.ts";
import { createRuntime } from "../runtime/create-runtime.ts";
import { openPool, type Pool, type PoolOptions } from "./index.ts";
import type * as tasks from "./tasks.fixture.ts";

type Tasks = typeof tasks;

const MODULE = new URL("./tasks.fixture.ts", import.meta.url);

function open(options: Partial<PoolOptions> = {}): Pool<Tasks> {
  return openPool<Tasks>(openContext({ env: {} }), { module: MODULE, threads: 2, ...options });
}

/** Keeps threads busy until it is released. */
class Holder {
  readonly #cells = new Int32Array(new SharedArrayBuffer(8));

  get shared(): SharedArrayBuffer {
    return this.#cells.buffer as SharedArrayBuffer;
  }

  /** Resolves when so many tasks are in their threads. */
  async held(count: number): Promise<void> {
    while (Atomics.load(this.#cells, 1) < count) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  release(): void {
    Atomics.store(this.#cells, 0, 1);
    Atomics.notify(this.#cells, 0);
  }
}

const withCode = (code: string) => (error: Error) => {
  assert.ok(isFault(error, code as Fault["code"]), `${error}`);
  return true;
};

test("a task runs in a thread, and its result comes back, promised or not", async () => {
  await using pool = open();
  const doubled: number = await pool.run({ name: "double", input: 21 });
  assert.equal(doubled, 42);
  assert.deepEqual(await pool.run({ name: "later", input: { deep: [1] } }), { deep: [1] });
  assert.notEqual(await pool.run({ name: "thread", input: undefined as never }), 0);
});

test("what a task throws is thrown, with its name, its fields and its stack", async () => {
  await using pool = open();
  await assert.rejects(pool.run({ name: "refuse", input: "not today" }), (error: Error & { code?: string }) => {
    assert.equal(error.message, "not today");
    assert.equal(error.name, "Refusal");
    assert.equal(error.code, "E_REFUSED");
    assert.match(error.stack ?? "", /tasks\.fixture/);
    return true;
  });
  assert.equal(pool.statistics().failed, 1);
});

test("300 tasks at once on 10 threads are all done, on all ten", async () => {
  await using pool = open({ threads: 10, queue: 290 });
  const threads = await Promise.all(Array.from({ length: 300 }, () => pool.run({ name: "spin", input: 2 })));
  assert.equal(new Set(threads).size, 10);
  const { completed, refused, waiting, busy } = pool.statistics();
  assert.deepEqual({ completed, refused, waiting, busy }, { completed: 300, refused: 0, waiting: 0, busy: 0 });
});

test("what finds the queue full is refused at once, and what waits is served", async () => {
  await using pool = open({ queue: 3 });
  const holder = new Holder();
  const hold = () => pool.run({ name: "hold", input: holder.shared });
  const held = [hold(), hold()];
  const waiting = [1, 2, 3].map((input) => pool.run({ name: "double", input }));
  await assert.rejects(pool.run({ name: "double", input: 4 }), withCode("TF_RT_POOL_FULL"));
  await assert.rejects(pool.executeBatch([{ name: "double", input: 4 }]), withCode("TF_RT_POOL_FULL"));
  const { busy, waiting: queued, refused } = pool.statistics();
  assert.deepEqual({ busy, queued, refused }, { busy: 2, queued: 3, refused: 2 });
  holder.release();
  assert.deepEqual(await Promise.all(waiting), [2, 4, 6]);
  await Promise.all(held);
});

test("a deadline ends a task that computes, and the pool goes on with a new thread", async () => {
  await using pool = open({ threads: 1 });
  await pool.ready();
  await assert.rejects(pool.run({ name: "spin", input: 60_000 }, { deadline: 50 }), withCode("TF_RT_POOL_DEADLINE"));
  assert.equal(await pool.run({ name: "double", input: 4 }), 8);
  const { late, replaced, completed } = pool.statistics();
  assert.deepEqual({ late, replaced, completed }, { late: 1, replaced: 1, completed: 1 });
});

test("a deadline counts while a task waits, and then costs no thread", async () => {
  await using pool = open({ threads: 1 });
  const holder = new Holder();
  const held = pool.run({ name: "hold", input: holder.shared });
  await holder.held(1);
  await assert.rejects(pool.run({ name: "double", input: 4 }, { deadline: 20 }), withCode("TF_RT_POOL_DEADLINE"));
  assert.equal(pool.statistics().waiting, 0);
  holder.release();
  await held;
  assert.equal(pool.statistics().replaced, 0);
});

test("a signal ends tasks that run, that wait, and that have not begun, with its reason", async () => {
  await using pool = open({ threads: 1 });
  const controller = new AbortController();
  const holder = new Holder();
  const { signal } = controller;
  const ended = [
    pool.run({ name: "hold", input: holder.shared }, { signal }),
    pool.run({ name: "double", input: 1 }, { signal }),
    pool.executeBatch([{ name: "double", input: 1 }], { signal }),
  ];
  await holder.held(1);
  const reason = new Error("the client left");
  controller.abort(reason);
  for (const { status, ...rest } of await Promise.allSettled(ended)) {
    assert.equal(status, "rejected");
    assert.equal("reason" in rest && rest.reason, reason);
  }
  await assert.rejects(pool.run({ name: "double", input: 1 }, { signal }), reason);
  assert.equal(await pool.run({ name: "double", input: 2 }), 4);
  assert.equal(pool.statistics().aborted, 4);
});

test("a batch gives results in order, whatever tasks it mixes and however many", async () => {
  await using pool = open();
  const batch = Array.from({ length: 1_000 }, (_, input) =>
    input % 10 === 0 ? ({ name: "later", input } as const) : ({ name: "double", input } as const),
  );
  const expected = batch.map(({ name, input }) => (name === "later" ? input : input * 2));
  assert.deepEqual(await pool.executeBatch(batch), expected);
  assert.deepEqual(await pool.executeBatch(batch), expected, "and again, with costs known");
  assert.deepEqual(await pool.executeBatch([]), []);
});

test("a batch throws its first failure; a settled one tells of each", async () => {
  await using pool = open();
  const batch = [2, 3, 4, 5].map((input) => ({ name: "refuseOdd", input }) as const);
  await assert.rejects(pool.executeBatch(batch), { name: "Refusal", code: "E_REFUSED" });
  const settled = await pool.settleBatch(batch);
  assert.deepEqual(
    settled.map((one) => (one.status === "fulfilled" ? one.value : (one.reason as Error).message)),
    [2, "3 is odd", 4, "5 is odd"],
  );
});

test("a single task does not wait behind a whole batch of long ones", async () => {
  await using pool = open();
  await pool.settleBatch([{ name: "spin", input: 5 }]);
  let ended = false;
  const batch = pool.executeBatch(Array.from({ length: 100 }, () => ({ name: "spin", input: 5 }) as const));
  void batch.then(() => {
    ended = true;
  });
  await pool.run({ name: "double", input: 1 });
  assert.equal(ended, false);
  await batch;
});

test("the deadline of a batch ends what runs and what has not begun; what was done is told", async () => {
  await using pool = open({ threads: 1 });
  await pool.settleBatch([{ name: "spin", input: 1 }]);
  const inputs = [1, 60_000, 1];
  const settled = await pool.settleBatch(
    inputs.map((input) => ({ name: "spin", input }) as const),
    { deadline: 1_000 },
  );
  assert.deepEqual(
    settled.map(({ status }) => status),
    ["fulfilled", "rejected", "rejected"],
  );
  assert.equal(pool.statistics().late, 2);
});

test("a thread that dies fails its task with a fault, and is replaced", async () => {
  await using pool = open({ threads: 1, memory: 32 * 1_048_576 });
  await assert.rejects(pool.run({ name: "exit", input: undefined as never }), withCode("TF_RT_POOL_THREAD"));
  await assert.rejects(pool.run({ name: "fill", input: undefined as never }), (error: Fault) => {
    assert.match(error.hint ?? "", /more memory/);
    return withCode("TF_RT_POOL_THREAD")(error);
  });
  assert.equal(await pool.run({ name: "double", input: 4 }), 8);
  assert.equal(pool.statistics().replaced, 2);
});

test("what cannot be copied to a thread or back says so", async () => {
  await using pool = open({ threads: 1 });
  await assert.rejects(pool.run({ name: "later", input: () => {} }), withCode("TF_RT_POOL_COPY"));
  await assert.rejects(pool.run({ name: "uncopyable", input: undefined as never }), withCode("TF_RT_POOL_COPY"));
  assert.equal(await pool.run({ name: "double", input: 4 }), 8);
});

test("buffers move to the thread and back without a copy", async () => {
  await using pool = open({ threads: 1 });
  const bytes = new Uint8Array(1_024);
  const back = await pool.run({ name: "fillBytes", input: bytes }, { transfer: [bytes.buffer] });
  assert.equal(bytes.byteLength, 0, "it is not here any more");
  assert.equal(back.length, 1_024);
  assert.equal(back[1_023], 7);
});

test("a module that is not there, and a name that it does not export, are faults that name them", async () => {
  await using missing = openPool(openContext({ env: {} }), {
    module: new URL("./missing.ts", import.meta.url),
    threads: 1,
  });
  await assert.rejects(missing.ready(), withCode("TF_RT_POOL_MODULE"));
  await using pool = open({ threads: 1 });
  for (const name of ["nothing", "notATask", "toString"]) {
    // @ts-expect-error: these are no tasks, and the compiler knows.
    await assert.rejects(pool.run({ name, input: 1 }), (error: Fault) => {
      assert.ok(error.message.includes(name));
      return withCode("TF_RT_POOL_MODULE")(error);
    });
  }
});

test("options that make no sense are all told at once", () => {
  const bad = { module: "./tasks.ts", threads: 0, queue: -1, deadline: 0, memory: 5 };
  assert.throws(
    () => openPool(openContext({ env: {} }), bad),
    (error: Fault) => {
      assert.deepEqual(error.lines.map((line) => line.split(":")[0]).toSorted(), Object.keys(bad).toSorted());
      return withCode("TF_RT_OPTION")(error);
    },
  );
});

test("closing waits for what was taken, refuses what comes, and ends what does not end in time", async () => {
  const pool = open({ threads: 1 });
  const taken = [1, 2].map((input) => pool.run({ name: "later", input }));
  const closed = pool.close();
  await assert.rejects(pool.run({ name: "double", input: 1 }), withCode("TF_RT_CLOSED"));
  assert.deepEqual(await Promise.all(taken), [1, 2]);
  await closed;

  const stuck = open({ threads: 1 });
  const never = assert.rejects(stuck.run({ name: "spin", input: 60_000 }), withCode("TF_RT_POOL_THREAD"));
  await stuck.close({ grace: 20 });
  await never;
});

test("the runtime has the pool, its figures for the health answer and for metrics", async () => {
  await using runtime = await createRuntime({ env: {}, pool: { module: MODULE, threads: 1 } });
  assert.equal(await runtime.pool.run({ name: "double", input: 21 }), 42);
  const facts = runtime.context.health.facts.get("thread_pool_stats")?.();
  assert.deepEqual(facts, runtime.pool.statistics());
  const series = runtime.context.meters.list().filter(({ name }) => name === "tenfold_pool_tasks_total");
  assert.deepEqual(
    series.map((one) => one.kind === "counter" && [one.labels.outcome, one.value]),
    [
      ["completed", 1],
      ["failed", 0],
      ["refused", 0],
      ["late", 0],
      ["aborted", 0],
    ],
  );
});

test("the runtime has no pool where it was told no module", async () => {
  await using runtime = await createRuntime({ env: {} });
  assert.throws(() => runtime.pool, withCode("TF_RT_OPTION"));
});
