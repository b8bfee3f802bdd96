import assert from "node:assert/strict";
import { test } from "node:test";
import type { WebSample } from "../scale/web/sample.ts";
import { stageOf } from "./fluid.ts";
import { fixed } from "./policies/fixed.ts";
import type { Policy } from "./policies/policy.ts";
import { simulateRequests } from "./requests.ts";
import type { RequestScore } from "./score.ts";
import { DEFAULT_WORLD, type World } from "./world.ts";

/** Nothing but what a test is about: requests of 100 ms, all alike, instances that are there at once and in full. */
const WORLD: World = {
  ...DEFAULT_WORLD,
  min: 1,
  service: { mean: 0.1, variation: 0 },
  slo: { limit: 0.5, late: 0.05 },
  boot: { mean: 2, variation: 0, failure: 0, cpu: 0 },
  warm: { seconds: 0, speed: 1 },
  drain: 0,
  metrics: { interval: 5, delay: 0, loss: 0 },
  queue: "balancer",
  limiter: null,
};

function run(rates: readonly number[], world: Partial<World>, policy: Policy = fixed("", 1)): RequestScore {
  const trace = { name: "made", start: 0, rate: Float64Array.from(rates) };
  return simulateRequests(stageOf(trace, { ...WORLD, ...world }), policy);
}

function level(rate: number, seconds: number): number[] {
  return Array<number>(seconds).fill(rate);
}

/** Goes to so many instances at the first look after a second. */
function later(count: number, after: number, samples: WebSample[] = []): Policy {
  return {
    name: "",
    decide: ({ second, sample }) => {
      if (sample !== null) samples.push(sample);
      return second >= after ? count : 1;
    },
  };
}

test("a new instance takes up what waits in the balancer, and nothing that waits in another instance", () => {
  const rates = [...level(20, 30), ...level(0, 30)];
  const last = (queue: World["queue"]): number => run(rates, { queue }, later(4, 20)).p99;
  // 300 wait when three more come: 30 s for one alone, 8 s for all four.
  assert.ok(last("balancer") < 20, `${last("balancer")}`);
  assert.ok(last("instance") > last("balancer") + 5, `${last("instance")}`);
});

test("the policy sees what waits in the balancer, and not what waits in instances", () => {
  const queued = (queue: World["queue"]): number => {
    const samples: WebSample[] = [];
    run(level(20, 30), { queue }, later(1, 0, samples));
    return Math.max(...samples.map((sample) => sample.queued));
  };
  assert.ok(queued("balancer") > 100);
  assert.equal(queued("instance"), 0);
});

test("who has waited in the balancer for too long is refused", () => {
  const patient = run(level(20, 60), {});
  const impatient = run(level(20, 60), { limiter: 3 });
  assert.equal(patient.shedPercent, 0);
  assert.ok(impatient.shedPercent > 30, `${impatient.shedPercent}`);
  assert.ok(impatient.p99 < 3.2 && patient.p99 > 20, `${impatient.p99} and ${patient.p99}`);
});

test("a late request counts for the second in which it came, also when it is answered after the end", () => {
  const { violationSeconds, violatedRequests } = run([...level(0, 5), 60, ...level(0, 2)], {});
  assert.equal(violationSeconds, 1);
  assert.ok(violatedRequests > 40, `${violatedRequests}`);
});

test("what instances learn of a request's cost is its share of an instance, and nothing of their first seconds", () => {
  const samples: WebSample[] = [];
  run(level(60, 40), { slots: 4, min: 2 }, later(2, 0, samples));
  for (const { work } of samples.slice(1))
    assert.ok(work !== null && Math.abs(work.busySeconds / work.requests - 0.025) < 1e-9);
  const early: WebSample[] = [];
  run([...level(0, 5), ...level(2, 15)], { boot: { ...WORLD.boot, mean: 0 }, min: 0 }, later(1, 0, early));
  assert.ok(early.every(({ work }) => work === null));
});

test("changes are told with their time, and percentiles are those of the requests", () => {
  const { changes, p95 } = run(level(3, 60), {}, later(2, 30));
  assert.deepEqual(
    changes.map(({ by }) => by),
    [1],
  );
  assert.ok((changes[0]?.second ?? 0) >= 30 && (changes[0]?.second ?? 0) < 35);
  assert.ok(p95 >= 0.1 && p95 < 0.3, `${p95}`);
  assert.ok(Math.abs(run(level(1, 60), { min: 9 }, fixed("", 9)).p95 - 0.1) < 1e-9);
});

test("what an instance has in hand fails with it, and what waits in it, but nothing that waits in the balancer", () => {
  const rates = [...level(20, 60), ...level(0, 60)];
  const boot = { ...WORLD.boot, mean: 0 };
  const failed = (queue: World["queue"], crash: number | null): number =>
    (run(rates, { queue, crash, boot }).shedPercent / 100) * 1200;
  assert.equal(failed("balancer", null), 0);
  // Some crashes, of one request each; or of hundreds that wait.
  const few = failed("balancer", 20);
  assert.ok(few > 0 && few < 15, `${few}`);
  assert.ok(failed("instance", 20) > 100, `${failed("instance", 20)}`);
});

test("an instance that dies boots anew in its place, and the policy's number stays", () => {
  const ready: number[] = [];
  const failed: number[] = [];
  const watching: Policy = {
    name: "",
    decide: ({ counts, sample }) => {
      assert.equal(counts.ready + counts.starting, 10);
      ready.push(counts.ready);
      failed.push(sample?.failed ?? 0);
      return 10;
    },
  };
  const world = { min: 10, crash: 60, boot: { ...WORLD.boot, mean: 20 } };
  const { changes, instanceHours } = run(level(40, 1800), world, watching);
  const mean = ready.reduce((sum, count) => sum + count, 0) / ready.length;
  assert.ok(Math.abs(mean - 7.5) < 0.5, `${mean}`);
  assert.ok(Math.max(...ready.slice(100)) >= 9 && Math.max(...failed) > 0);
  assert.deepEqual(changes, []);
  assert.ok(Math.abs(instanceHours - 5) < 0.01, `${instanceHours}`);
  assert.deepEqual(run(level(40, 300), world, fixed("", 10)), run(level(40, 300), world, fixed("", 10)));
  assert.deepEqual(
    run(level(40, 300), { ...world, crash: 1e12 }, fixed("", 10)),
    run(level(40, 300), { ...world, crash: null }, fixed("", 10)),
  );
});
