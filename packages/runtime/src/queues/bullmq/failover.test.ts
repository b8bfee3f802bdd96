import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openContext } from "../../context/index.ts";
import { isFault } from "../../fault/index.ts";
import { eventually } from "../../testing/eventually.ts";
import { RedisServer } from "../../testing/redis-server.ts";
import { TcpFront } from "../../testing/tcp-front.ts";
import { openQueues, type Queues } from "../index.ts";

/** A master with a replica behind a front that follows the master, as a fleet has it. */
class Pair implements AsyncDisposable {
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly front: TcpFront;

  private constructor(master: RedisServer, replica: RedisServer, front: TcpFront) {
    this.master = master;
    this.replica = replica;
    this.front = front;
  }

  static async start(): Promise<Pair> {
    const master = await RedisServer.start();
    const replica = await RedisServer.start("--replicaof", "127.0.0.1", `${master.port}`);
    await eventually("the replica follows", async () =>
      String(await replica.command("INFO", "replication")).includes("master_link_status:up"),
    );
    return new Pair(master, replica, await TcpFront.start(master.port));
  }

  get env(): Record<string, string> {
    const url = new URL(this.master.url);
    url.port = `${this.front.port}`;
    return { REDIS_URL: url.href, INSTANCE_ID: "test-1" };
  }

  async promote(): Promise<void> {
    await this.replica.command("REPLICAOF", "NO", "ONE");
    this.front.leadTo(this.replica.port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.front[Symbol.asyncDispose]();
    await this.replica[Symbol.asyncDispose]();
    await this.master[Symbol.asyncDispose]();
  }
}

/** Enqueues as fast as it is confirmed, until it is told to stop. What was not confirmed is said again, under its name. */
class Producer implements AsyncDisposable {
  readonly confirmed: number[] = [];
  readonly #done: Promise<unknown>;
  #queues: Queues;
  #next = 0;
  #stopped = false;

  constructor(queues: Queues) {
    this.#queues = queues;
    this.#done = Promise.all(Array.from({ length: 5 }, () => this.#run()));
  }

  /** From now on by these. */
  use(queues: Queues): void {
    this.#queues = queues;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const number = this.#next++;
      let confirmed = false;
      while (!confirmed && !this.#stopped) confirmed = await this.#enqueue(number);
    }
  }

  async #enqueue(number: number): Promise<boolean> {
    try {
      await this.#queues.enqueue("count", number, { once: `count:${number}` });
      this.confirmed.push(number);
      await sleep(5);
      return true;
    } catch (error) {
      assert.ok(isFault(error), String(error));
      await sleep(50);
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#done;
  }
}

const OPTIONS = { deadline: 2_000, queues: { default: { tasks: ["*"], concurrency: 20, backoff: { first: 50 } } } };

const STRIKES = {
  "is killed": (pair: Pair) => pair.master.kill(),
  freezes: async (pair: Pair) => pair.master.freeze(),
};

for (const [name, strike] of Object.entries(STRIKES)) {
  test(`when the master ${name} under load, no job that both servers confirmed is lost`, async (t) => {
    await using pair = await Pair.start();
    const context = openContext({ env: pair.env, warn: () => {} });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => context.close());
    const worker = stack.use(openQueues(context, { ...OPTIONS, grace: 1_000 }));
    const both = stack.use(openQueues(context, { ...OPTIONS, replicas: 1 }));
    const one = stack.use(openQueues(context, OPTIONS));
    const runs = new Map<number, number>();
    let ran = 0;
    worker.work({
      count: async ({ data }) => {
        await sleep(2);
        runs.set(data, (runs.get(data) ?? 0) + 1);
        ran++;
      },
    });
    const producer = stack.use(new Producer(both));
    await eventually("jobs flow", () => ran > 300);
    await strike(pair);
    // There is one server left.
    producer.use(one);
    const before = { at: performance.now(), confirmed: producer.confirmed.length, ran };
    await pair.promote();
    const resumed = async (what: string, since: () => boolean) => {
      await eventually(what, since, 60_000);
      return Math.round(performance.now() - before.at);
    };
    const enqueuing = await resumed(
      "jobs are confirmed again",
      () => producer.confirmed.length > before.confirmed + 10,
    );
    const working = await resumed("jobs run again", () => ran > before.ran + 50);
    await producer[Symbol.asyncDispose]();
    await eventually("all that was confirmed has run", () => producer.confirmed.every((job) => runs.has(job)), 60_000);
    const twice = [...runs.values()].filter((count) => count > 1).length;
    t.diagnostic(`confirmed again after ${enqueuing} ms, run again after ${working} ms`);
    t.diagnostic(`${producer.confirmed.length} confirmed, ${runs.size} ran, ${twice} of them more than once`);
    assert.ok(twice < runs.size / 2, `${twice} of ${runs.size} ran more than once`);
    pair.master.thaw();
  });
}

test("without a replica that has it, a job that wants one is not confirmed", async () => {
  await using server = await RedisServer.start();
  const context = openContext({ env: server.env, warn: () => {} });
  await using queues = openQueues(context, { deadline: 300, replicas: 1 });
  await assert.rejects(queues.enqueue("a"), (error) => isFault(error, "TF_RT_QUEUE_REPLICAS", "TF_RT_REDIS_TIMEOUT"));
  await queues.close();
  await context.close();
});

test("a Redis that may evict is refused, by who enqueues and by who works", async () => {
  await using server = await RedisServer.start("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru");
  const warnings: string[] = [];
  const context = openContext({
    env: server.env,
    warn: (message, detail) => warnings.push(`${message} ${detail.error}`),
  });
  await using queues = openQueues(context);
  await assert.rejects(queues.enqueue("a"), (error) => isFault(error, "TF_RT_REDIS_POLICY"));
  queues.work({ a: () => {} });
  await eventually("the worker says so", () => warnings.some((text) => /maxmemory-policy/.test(text)));
  await queues.close();
  await context.close();
});

test("while Redis is away nothing waits longer than its deadline, and work goes on when it is back", async () => {
  await using server = await RedisServer.start();
  const context = openContext({ env: server.env, warn: () => {} });
  await using queues = openQueues(context, { deadline: 2_000 });
  let ran = 0;
  queues.work({ a: () => ran++ });
  await queues.enqueue("a");
  await eventually("it ran", () => ran === 1);
  for (const strike of ["kill", "freeze"] as const) {
    await server[strike]();
    const started = performance.now();
    await assert.rejects(queues.enqueue("a"), (error) => isFault(error));
    assert.ok(performance.now() - started < 8_000);
    await assert.rejects(queues.measure("default"), (error) => isFault(error));
    if (strike === "kill") await server.start();
    else server.thaw();
    const before = ran;
    await eventually("it runs again", async () => {
      await queues.enqueue("a");
      return ran > before;
    });
  }
  await queues.close();
  await context.close();
});

for (const strike of ["kill", "freeze"] as const) {
  test(`queues close in time after Redis was lost (${strike})`, async () => {
    await using server = await RedisServer.start();
    const context = openContext({ env: server.env, warn: () => {} });
    const queues = openQueues(context, { deadline: 5_000, grace: 300 });
    let ran = 0;
    queues.work({ a: () => ran++, hangs: () => new Promise(() => {}) });
    await queues.enqueueAll([{ task: "a" }, { task: "hangs" }]);
    await eventually("it ran", () => ran === 1);
    await server[strike]();
    const started = performance.now();
    await queues.close();
    await context.close();
    assert.ok(performance.now() - started < 10_000);
  });
}
