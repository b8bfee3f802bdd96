import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../units/random.ts";
import { explain } from "../explain.ts";
import { POLICY, type Ran, type Run, run, sampleOf } from "./run.fixture.ts";
import type { WebSample } from "./sample.ts";
import { sizeFor } from "./size.ts";

interface Traffic {
  readonly rate: number;
  /** Instance-seconds that a request costs at a second. */
  readonly costAt: (second: number) => number;
  /** How much looks differ by, beyond what is chance among their requests. */
  readonly rough?: number;
  /** Whether what waits is seen in the balancer, as with slots, or nowhere, as inside of instances. */
  readonly isSeen?: boolean;
}

/** A fleet that does what it can: what is too much waits, and visitors give up after ten seconds. */
function served({ rate, costAt, rough = 0, isSeen = false }: Traffic): Run["sample"] {
  const random = new Random(rate);
  let waiting = 0;
  return ({ second, wanted }, at) => {
    const cost = costAt(second) * Math.exp(rough * random.normal());
    const arrived = random.poisson(rate * 5);
    const done = Math.min(waiting + arrived, Math.floor((wanted * 5) / cost));
    waiting = Math.min(waiting + arrived - done, rate * 10);
    const busySeconds = Math.min(
      wanted * 5,
      done * cost * Math.exp((0.7 * random.normal()) / Math.sqrt(Math.max(1, done))),
    );
    const work = { busySeconds, requests: done, seconds: wanted * 5 };
    return sampleOf(arrived / 5, at, { work, queued: isSeen ? waiting : 0, cpu: busySeconds / (wanted * 5) });
  };
}

/** An hour of requests of 20 ms, and what it has led to. */
function quiet(rate: number): Ran {
  return run({ seconds: 3600, sample: served({ rate, costAt: () => 0.02 }) });
}

function goOn(before: Ran, then: Omit<Run, "start" | "from" | "memory">): Ran {
  return run({ ...then, start: 3600, from: before.last.target, memory: before.memory });
}

for (const isSeen of [false, true]) {
  const where = isSeen ? "in the balancer" : "inside of instances";
  test(`requests that are four times as dear from one moment on get enough instances within 30 s; they wait ${where}`, () => {
    for (const rate of [50, 200, 1000]) {
      const before = quiet(rate);
      const after = goOn(before, { seconds: 600, sample: served({ rate, costAt: () => 0.08, isSeen }) });
      const at = after.targets.findIndex((target) => target >= sizeFor(rate * 0.08, 0.08, POLICY));
      assert.ok(at >= 0 && at < 6, `${rate} req/s: from ${before.last.target}, ${after.targets.slice(0, 8).join(" ")}`);
      assert.ok(Math.abs(after.memory.cost - 0.08) < 0.02, `${after.memory.cost}`);
    }
  });
}

test("growth for dearer requests is at most threefold at a time, and ends at the bounds", () => {
  const before = quiet(200);
  const policy = { ...POLICY, bounds: { ...POLICY.bounds, connections: 30 } };
  const { targets, last } = goOn(before, { policy, seconds: 120, sample: served({ rate: 200, costAt: () => 0.8 }) });
  const steps = targets.map((target, at) => [targets[at - 1] ?? before.last.target, target] as const);
  for (const [from, to] of steps) assert.ok(to <= Math.max(3 * from, from + 10), `${from} → ${to}`);
  assert.equal(last.target, 30);
});

test("a dear phase that has ended is unlearned within 30 s", () => {
  const before = quiet(200);
  const costAt = (second: number): number => (second < 3600 + 120 ? 0.08 : 0.02);
  const dear = goOn(before, { seconds: 120, sample: served({ rate: 200, costAt }) });
  assert.ok(dear.memory.cost > 0.06);
  const after = goOn(before, { seconds: 150, sample: served({ rate: 200, costAt }) });
  assert.ok(Math.abs(after.memory.cost - 0.02) < 0.004, `${after.memory.cost}`);
});

test("many cheap requests after few dear ones do not make the number grow for the price of the dear ones", () => {
  const before = quiet(400);
  const dear = goOn(before, { seconds: 300, sample: served({ rate: 100, costAt: () => 0.1 }) });
  assert.ok(dear.memory.cost > 0.08, `${dear.memory.cost}`);
  const again = { start: 3900, from: dear.last.target, memory: dear.memory, seconds: 60 };
  const after = run({ ...again, sample: served({ rate: 400, costAt: () => 0.02 }) });
  assert.deepEqual(new Set(after.targets), new Set([dear.last.target]));
  assert.ok(after.memory.cost < 0.024, `${after.memory.cost}`);
});

test("ten seconds of dear requests are no change", () => {
  const before = quiet(200);
  const costAt = (second: number): number => (second < 3610 ? 0.03 : 0.02);
  const policy = { ...POLICY, bounds: { ...POLICY.bounds, min: 7 } };
  const after = goOn(before, { policy, seconds: 120, sample: served({ rate: 200, costAt }) });
  assert.ok(after.memory.cost < 0.021, `${after.memory.cost}`);
  assert.deepEqual(new Set(after.targets), new Set([7]));
});

test("looks that differ by chance, and by more than chance, are no change", () => {
  for (const rate of [3, 30, 300]) {
    const { decisions } = run({
      policy: { ...POLICY, bounds: { ...POLICY.bounds, min: 20 } },
      seconds: 86_400,
      sample: served({ rate, costAt: () => 0.02, rough: 0.2 }),
    });
    const costs = decisions.slice(720).map(({ why }) => (why.kind === "web" ? why.figures.cost : 0));
    // In a look that has by chance none as dear, it is told for that look alone.
    const strange = costs.filter((cost) => cost < 17 || cost > 24);
    assert.ok(costs.length > 10_000 && strange.length < 3, strange.join(" "));
  }
});

test("a burst that fills all instances is not taken for dearer requests", () => {
  const before = quiet(100);
  const after = goOn(before, { seconds: 60, sample: served({ rate: 800, costAt: () => 0.02, isSeen: true }) });
  for (const { why } of after.decisions) assert.ok(why.kind === "web" && why.figures.cost < 22, explain(after.last));
});

test("what instances burn beside a few requests is no price", () => {
  const before = run({ seconds: 3600, sample: served({ rate: 20, costAt: () => 0.02 }) });
  const work = { busySeconds: 0.5, requests: 10, seconds: 10 };
  const after = goOn(before, { seconds: 600, sample: (_, at) => sampleOf(2, at, { work }) });
  assert.ok(after.memory.cost < 0.03, `${after.memory.cost}`);
  assert.equal(after.last.target, before.last.target);
});

test("errors are not taken for cheap requests", () => {
  const before = quiet(200);
  const work = { busySeconds: 2, requests: 1000, seconds: 40 };
  const after = goOn(before, { seconds: 600, sample: (_, at) => sampleOf(200, at, { failed: 0.6, work }) });
  assert.equal(after.memory.cost, before.memory.cost);
  const well = goOn(before, { seconds: 600, sample: (_, at) => sampleOf(200, at, { work }) });
  assert.ok(well.memory.cost < 0.003);
});

test("nothing is learned during a deploy, and after it what was known counts less", () => {
  const before = quiet(100);
  const dearer = (sample: WebSample): WebSample => ({
    ...sample,
    work: { busySeconds: 11, requests: 500, seconds: 50 },
  });
  const sample = (_: unknown, at: number): WebSample => dearer(sampleOf(100, at));
  const during = goOn(before, { seconds: 60, sample, deploying: () => true });
  assert.equal(during.memory.cost, before.memory.cost);
  const after = goOn(before, { seconds: 90, sample, deploying: (second) => second < 3660 });
  const without = goOn(before, { seconds: 30, sample });
  const [known, slow] = [after.memory.cost - before.memory.cost, without.memory.cost - before.memory.cost];
  assert.ok(known > 3 * slow, `${known} and ${slow}`);
});

test("where all are taken, others wait and hardly anything ends, there are at least those that are taken, and no price", () => {
  const before = quiet(100);
  const from = before.last.target;
  const { targets, memory, last } = goOn(before, {
    seconds: 60,
    sample: ({ wanted }, at) =>
      sampleOf(100, at, { queued: 200, work: { busySeconds: wanted * 5, requests: 0, seconds: wanted * 5 } }),
  });
  assert.equal(memory.cost, before.memory.cost);
  assert.ok(last.target > from, targets.join(" "));
  for (const [at, target] of targets.entries()) assert.ok(target <= (targets[at - 1] ?? from) + 2, targets.join(" "));
  assert.match(explain(last), / busy, 200 waiting; /);
});

test("a measure that lags behind makes nothing cheaper as long as requests may cost what was learned", () => {
  const before = quiet(200);
  const late = (most: number) => (_: unknown, at: number) =>
    sampleOf(200, at, { work: { busySeconds: 8, requests: 1000, seconds: 50, most } });
  const kept = goOn(before, { seconds: 30, sample: late(30) });
  assert.ok(kept.memory.cost > 0.015, `${kept.memory.cost}`);
  const fell = goOn(before, { seconds: 30, sample: late(9) });
  assert.ok(fell.memory.cost < 0.01, `${fell.memory.cost}`);
});
