import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Cron } from "croner";
import { type Context, openContext } from "../context/index.ts";
import { type Fault, isFault } from "../fault/index.ts";
import { openQueues } from "../queues/index.ts";
import { createRuntime } from "../runtime/create-runtime.ts";
import { eventually } from "../testing/eventually.ts";
import { RedisServer } from "../testing/redis-server.ts";
import { openSchedule } from "./index.ts";
import { everyTicks, patternTicks } from "./ticks.ts";

let server: RedisServer;

before(async () => {
  server = await RedisServer.start();
});

after(async () => {
  await server[Symbol.asyncDispose]();
});

const at = (text: string) => Date.parse(text);

test("moments are the same for whoever asks, whenever", () => {
  const every = everyTicks(60_000);
  assert.equal(every.next(at("2026-11-25T10:00:00Z")), at("2026-11-25T10:01:00Z"));
  assert.equal(every.next(at("2026-11-25T10:00:59.999Z")), at("2026-11-25T10:01:00Z"));
  assert.equal(every.previous(at("2026-11-25T10:00:59Z")), at("2026-11-25T10:00:00Z"));
  const nightly = patternTicks(new Cron("0 3 * * *", { timezone: "UTC", paused: true }));
  assert.equal(nightly.next(at("2026-11-25T03:00:00Z")), at("2026-11-26T03:00:00Z"));
  assert.equal(nightly.next(at("2026-11-25T02:59:59.999Z")), at("2026-11-25T03:00:00Z"));
  assert.equal(nightly.previous(at("2026-11-25T03:00:00Z")), at("2026-11-25T03:00:00Z"));
  assert.equal(nightly.previous(at("2026-11-25T02:59:59.500Z")), at("2026-11-24T03:00:00Z"));
});

test("a time zone's change of clocks leaves out no night and doubles none", () => {
  const nightly = patternTicks(new Cron("30 2 * * *", { timezone: "Europe/Berlin", paused: true }));
  const found: string[] = [];
  for (let tick = at("2026-10-23T12:00:00Z"); found.length < 4; ) {
    tick = nightly.next(tick) as number;
    found.push(new Date(tick).toISOString());
  }
  assert.deepEqual(
    found.map((text) => text.slice(0, 10)),
    ["2026-10-24", "2026-10-25", "2026-10-26", "2026-10-27"],
  );
});

/** A clock that is somewhere else, and goes as fast as the real one. */
function contextAt(start: string, env: Record<string, string> = {}): { context: Context; warnings: string[] } {
  const offset = at(start) - Date.now();
  const warnings: string[] = [];
  const clock = { now: () => Date.now() + offset };
  return { context: openContext({ env, clock, warn: (message) => warnings.push(message) }), warnings };
}

test("of many processes with the same plan exactly one fires, at each moment", async () => {
  await using stack = new AsyncDisposableStack();
  const contexts = Array.from({ length: 5 }, () => contextAt("2026-11-25T10:00:00.400Z", server.env).context);
  for (const context of contexts) stack.defer(() => context.close());
  const queues = contexts.map((context) => stack.use(openQueues(context)));
  for (const [index, context] of contexts.entries()) {
    const schedule = stack.use(openSchedule(context, queues[index] as (typeof queues)[0], { catchUp: 0 }));
    await schedule.plan("tick", { every: 1_000, task: "tick" });
  }
  let ran = 0;
  queues[0]?.work({ tick: () => ran++ });
  await eventually("three moments passed", () => ran >= 3);
  const [first] = contexts;
  const moments = Math.floor(((first as Context).clock.now() - at("2026-11-25T10:00:00Z")) / 1_000);
  assert.ok(ran <= moments, `${ran} ran in ${moments} s`);
});

test("a moment that nobody saw is made up for once, and one that is long past is not", async () => {
  for (const [start, expected] of [
    ["2026-11-25T03:02:00Z", 1],
    ["2026-11-25T03:06:00Z", 0],
  ] as const) {
    const { context } = contextAt(start);
    await using one = openQueues(context, { backend: "memory" });
    await using first = openSchedule(context, one);
    await using again = openSchedule(context, one);
    await first.plan("nightly", { cron: "0 3 * * *", task: "report" });
    await again.plan("nightly", { cron: "0 3 * * *", task: "report" });
    if (expected === 1) await eventually("it is enqueued", async () => (await one.measure("default")).waiting === 1);
    assert.equal((await one.measure("default")).waiting, expected);
  }
});

test("a moment while Redis is away is made up for when it is back", async () => {
  await using own = await RedisServer.start();
  const { context, warnings } = contextAt("2026-11-25T03:00:00Z", own.env);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => context.close());
  const queues = stack.use(openQueues(context, { deadline: 2_000 }));
  await queues.measure("default");
  await own.kill();
  const schedule = stack.use(openSchedule(context, queues));
  await schedule.plan("nightly", { cron: "0 3 * * *", task: "report" });
  await eventually("it says so", () => warnings.some((text) => /cannot be enqueued yet/.test(text)));
  await own.start();
  await eventually("it is enqueued", async () => (await queues.measure("default")).waiting === 1);
});

test("a plan that makes no sense is refused at once", async () => {
  await using runtime = await createRuntime({
    env: {},
    queues: { backend: "memory", queues: { a: { tasks: ["a"] } } },
  });
  const { schedule } = runtime;
  const refused = (code: Fault["code"]) => (error: unknown) => isFault(error, code);
  await assert.rejects(schedule.plan("x", { cron: "61 * * * *", task: "a" }), refused("TF_RT_OPTION"));
  await assert.rejects(schedule.plan("x", { cron: "* * * * *", timezone: "Mars", task: "a" }), refused("TF_RT_OPTION"));
  await assert.rejects(schedule.plan("x", { every: 10, task: "a" }), refused("TF_RT_OPTION"));
  await assert.rejects(schedule.plan("x", { every: 5_000, task: "b" }), refused("TF_RT_QUEUE_TASK"));
});
