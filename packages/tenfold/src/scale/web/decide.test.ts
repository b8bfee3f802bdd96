import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRule } from "../../spec/scaling/parse-rule.ts";
import { parseSchedule } from "../../spec/scaling/parse-schedule.ts";
import { Random } from "../../units/random.ts";
import type { Decision } from "../decision.ts";
import { explain } from "../explain.ts";
import { decideWeb } from "./decide.ts";
import type { WebMemory } from "./memory.ts";
import { POLICY, poissonArrivals, run, sampleOf, wildRates } from "./run.fixture.ts";
import { sizeFor } from "./size.ts";
import { summarizeInstances } from "./summarize.ts";

const SEEDS = [1, 2, 3, 4, 5, 6];

test("bounds hold whatever comes", () => {
  for (const seed of SEEDS) {
    const random = new Random(seed);
    const rates = wildRates(seed, 2000);
    const bounds = {
      min: 1 + Math.floor(random.next() * 4),
      max: 5 + Math.floor(random.next() * 40),
      schedules: [],
      connections: random.next() < 0.5 ? 6 : null,
    };
    const ran = run({
      policy: { ...POLICY, bounds },
      from: bounds.min,
      seconds: 10_000,
      sample: ({ second }, at) =>
        random.next() < 0.05
          ? null
          : sampleOf(rates[second / 5] ?? 0, at, { queued: random.poisson(20), failed: random.next() / 5 }),
      deploying: () => random.next() < 0.1,
    });
    const most = Math.min(bounds.max, bounds.connections ?? bounds.max);
    for (const target of ran.targets) assert.ok(target >= Math.min(bounds.min, most) && target <= most, `${target}`);
  }
});

test("the same input gives the same decisions, also from a memory that went through JSON", () => {
  const rates = wildRates(7, 1000);
  const sample = ({ second }: { second: number }, at: number): ReturnType<typeof sampleOf> =>
    sampleOf(rates[second / 5] ?? 0, at);
  const whole = run({ seconds: 5000, sample });
  const half = run({ seconds: 2500, sample });
  const memory = JSON.parse(JSON.stringify(half.memory)) as WebMemory;
  const rest = run({ seconds: 2500, start: 2500, from: half.last.target, memory, sample });
  assert.deepEqual([...half.targets, ...rest.targets], whole.targets);
});

test("more load never asks for fewer instances", () => {
  for (const seed of SEEDS) {
    const rates = wildRates(seed, 600);
    const { memory, last } = run({ seconds: 3000, sample: ({ second }, at) => sampleOf(rates[second / 5] ?? 0, at) });
    let before = 0;
    for (let rate = 0; rate < 4000; rate = rate * 1.07 + 1) {
      const input = {
        sample: sampleOf(rate, 3_000_000, { work: null }),
        counts: { wanted: last.target, ready: last.target, starting: 0 },
        deploying: false,
      };
      const { target } = decideWeb(POLICY, input, memory, 3_000_000).decision;
      assert.ok(target >= before, `${rate} req/s: ${target} after ${before} (seed ${seed})`);
      before = target;
    }
  }
});

test("after a step, enough instances are decided within 15 s, so that they serve within boot + 60 s", () => {
  for (const factor of [2, 4, 8]) {
    const before = run({ seconds: 3600, sample: (_, at) => sampleOf(100, at) });
    const after = run({
      seconds: 60,
      start: 3600,
      from: before.last.target,
      memory: before.memory,
      sample: (_, at) => sampleOf(100 * factor, at),
    });
    const enough = sizeFor(100 * factor * 0.02, 0.02, POLICY);
    const at = after.targets.findIndex((target) => target >= enough);
    assert.ok(at >= 0 && at <= 3, `${factor} times: ${after.targets.join(" ")}, needs ${enough}`);
  }
});

test("a constant load with the randomness of counting makes at most one reversal a day", () => {
  for (const rate of [60, 180, 700]) {
    const random = new Random(rate);
    const { targets } = run({ seconds: 3 * 86_400, sample: (_, at) => sampleOf(poissonArrivals(random, rate), at) });
    let reversals = 0;
    let last = { up: true, at: Number.NEGATIVE_INFINITY };
    for (const [index, target] of targets.entries()) {
      const previous = targets[index - 1] ?? target;
      if (target === previous) continue;
      const change = { up: target > previous, at: index * 5 };
      if (change.up !== last.up && change.at - last.at < 600) reversals += 1;
      last = change;
    }
    assert.ok(reversals <= 3, `${reversals} in three days at ${rate} req/s`);
  }
});

test("nothing changes without fresh measurements, and the line says so", () => {
  const before = run({ seconds: 3600, sample: (_, at) => sampleOf(400, at) });
  const from = before.last.target;
  const missing = run({ seconds: 1200, start: 3600, from, memory: before.memory, sample: () => null });
  assert.deepEqual(new Set(missing.targets), new Set([from]));
  assert.equal(explain(missing.last), `stays ${from}: no fresh measurements`);
  const stale = run({ seconds: 600, start: 3600, from, memory: before.memory, sample: () => sampleOf(5, 3_500_000) });
  assert.deepEqual(new Set(stale.targets), new Set([from]));
});

for (const [what, more, deploying, reason] of [
  ["a deploy", {}, true, "deploy"],
  ["errors", { failed: 0.2 }, false, "errors"],
] as const) {
  test(`the number does not fall during ${what}, and still grows`, () => {
    const before = run({ seconds: 3600, sample: (_, at) => sampleOf(400, at) });
    const at = { from: before.last.target, memory: before.memory, start: 3600, deploying: () => deploying };
    const low = run({ ...at, seconds: 3600, sample: (_, now) => sampleOf(50, now, more) });
    assert.equal(low.last.target, at.from);
    assert.equal(low.last.held, reason);
    const high = run({ ...at, seconds: 60, sample: (_, now) => sampleOf(1200, now, more) });
    assert.ok(high.last.target > at.from);
  });
}

test("a restarted engine holds the number for ten minutes, then goes on with what it had learned", () => {
  const before = run({ seconds: 3600, sample: (_, at) => sampleOf(400, at) });
  const start = 3600 + 300;
  const after = run({
    seconds: 1200,
    start,
    from: before.last.target,
    memory: before.memory,
    sample: (_, at) => sampleOf(50, at),
  });
  assert.deepEqual(new Set(after.targets.slice(0, 119)), new Set([before.last.target]));
  assert.equal(after.decisions[60]?.held, "restart");
  assert.ok(after.last.target < before.last.target);
  assert.equal(after.memory.cost, before.memory.cost);
});

test("a fall is not taken back for the margin's sake, but for what is expected", () => {
  const random = new Random(3);
  const sample = (_: unknown, at: number): ReturnType<typeof sampleOf> => sampleOf(poissonArrivals(random, 390), at);
  const before = run({ seconds: 6 * 3600, sample });
  let [second, from, { memory }] = [6 * 3600, before.last.target + 2, before];
  for (let fell = false; !fell; second += 5) {
    assert.ok(second < 8 * 3600, "it never fell");
    const step = run({ seconds: 5, start: second, from, memory, sample });
    fell = step.last.target < from;
    from = step.last.target;
    memory = step.memory;
  }
  const at = second * 1000;
  const after = (rate: number, patience = memory.patience): Decision => {
    const input = { sample: sampleOf(rate, at), counts: { wanted: from, ready: from, starting: 0 }, deploying: false };
    return decideWeb(POLICY, input, { ...memory, patience }, at).decision;
  };
  const rates = Array.from({ length: 200 }, (_, index) => 390 * 1.01 ** index);
  const kept = rates.filter((rate) => after(rate).held === "fall");
  assert.ok(kept.length > 0);
  for (const rate of kept) {
    assert.equal(after(rate).target, from);
    assert.ok(after(rate, { ...memory.patience, shrankAt: null }).target > from);
  }
  assert.match(
    explain(after(kept[0] ?? 0)),
    /; kept: it fell less than ten minutes ago, and suffices for what is expected$/,
  );
  assert.ok(after(390 * 3).target > from);
});

test("crowds, which no margin can cover, do not widen it for the hours after them", () => {
  const crowd = (second: number): number => (second % 3600 < 300 ? 400 : 100);
  const random = new Random(4);
  const { decisions } = run({
    seconds: 4 * 3600,
    sample: ({ second }, at) => sampleOf(poissonArrivals(random, crowd(second)), at),
  });
  for (const { why } of decisions) assert.ok(why.kind !== "web" || why.figures.margin < 1.3);
});

test("a memory that an older version wrote goes on", () => {
  const { memory, last } = run({ seconds: 3600, sample: (_, at) => sampleOf(400, at) });
  const { drift: _, demand, ...rest } = memory;
  const { earlier: __, ...known } = demand ?? assert.fail();
  const old = JSON.parse(JSON.stringify({ ...rest, demand: { ...known, surgeUntil: 0 } })) as WebMemory;
  const after = run({
    seconds: 3600,
    start: 3600,
    from: last.target,
    memory: old,
    sample: (_, at) => sampleOf(400, at),
  });
  assert.equal(after.last.target, last.target);
  assert.ok(Number.isFinite(after.memory.drift?.level));
});

test("refused requests are demand: with them in the arrivals the number grows beyond what is served", () => {
  const served = run({ seconds: 600, sample: (_, at) => sampleOf(150, at) });
  const refused = run({
    seconds: 600,
    sample: (_, at) => sampleOf(600, at, { shed: 450, work: { busySeconds: 15, requests: 750 } }),
  });
  assert.ok(refused.last.target > 2 * served.last.target);
});

test("CPU that boots and warm-ups burn is no demand", () => {
  const settled = { readySince: 0, cpuSeconds: 2, cpu: 0.4, memory: 0.5, requests: 100 };
  const boots = { readySince: null, cpuSeconds: 5, cpu: 1, memory: 0.2, requests: 0 };
  const cold = { readySince: 95_000, cpuSeconds: 5, cpu: 1, memory: 0.2, requests: 10 };
  const window = { now: 100_000, warm: 10_000 };
  assert.deepEqual(summarizeInstances([settled, boots, cold], window), summarizeInstances([settled], window));
  assert.deepEqual(summarizeInstances([settled], window).work, { busySeconds: 2, requests: 100 });
  assert.equal(summarizeInstances([boots], window).work, null);
});

test("what a request costs is learned", () => {
  const { memory } = run({
    seconds: 1200,
    sample: (_, at) => sampleOf(100, at, { work: { busySeconds: 25, requests: 500 } }),
  });
  assert.ok(Math.abs(memory.cost - 0.05) < 0.001, `${memory.cost}`);
});

test("the cost that is learned stays what was measured, also at a hundred thousand requests a second", () => {
  for (const rate of [1, 100, 100_000]) {
    const random = new Random(rate);
    const { memory } = run({
      policy: { ...POLICY, bounds: { ...POLICY.bounds, max: 5000 } },
      seconds: 600,
      sample: (_, at) => {
        const requests = Math.round(rate * 5);
        const busySeconds = requests * 0.02 * random.between(0.9, 1.1);
        return sampleOf(rate, at, { work: { busySeconds, requests } });
      },
    });
    assert.ok(memory.cost > 0.018 && memory.cost < 0.022, `${memory.cost} at ${rate} req/s`);
  }
});

test("what was set by hand wins until it ends", () => {
  const policy = { ...POLICY, override: { count: 7, until: 1_000_000 } };
  const ran = run({ policy, seconds: 1010, sample: (_, at) => sampleOf(100, at) });
  assert.equal(ran.targets[0], 7);
  assert.equal(ran.targets[199], 7);
  assert.match(explain(ran.decisions[1] ?? ran.last), /^stays 7: set by hand until 1970-01-01T00:16Z$/);
  assert.notEqual(ran.last.why.kind, "override");
});

test("a schedule and the database's connections bound the number, and the line says so", () => {
  const parsed = parseSchedule("daily 00:00-24:00: min 5", "UTC");
  assert.ok(parsed.ok);
  const scheduled = run({
    policy: { ...POLICY, bounds: { ...POLICY.bounds, schedules: [parsed.value] } },
    seconds: 60,
    sample: (_, at) => sampleOf(10, at),
  });
  assert.equal(scheduled.last.target, 5);
  assert.match(
    explain(scheduled.decisions[0] ?? scheduled.last),
    /^2 → 5: .*schedule daily 00:00-24:00 UTC: min 5, wanted 2$/,
  );
  const full = run({
    policy: { ...POLICY, bounds: { ...POLICY.bounds, connections: 4 } },
    seconds: 60,
    sample: (_, at) => sampleOf(900, at),
  });
  assert.equal(full.last.target, 4);
  assert.match(explain(full.last), /the database's connections suffice for 4 instances/);
});

test("rules decide where there are some", () => {
  const parsed = parseRule("cpu > 70% for 1m: +2");
  assert.ok(parsed.ok);
  const ran = run({
    policy: { ...POLICY, rules: [parsed.value] },
    seconds: 65,
    sample: (_, at) => sampleOf(5, at, { cpu: 0.9 }),
  });
  assert.equal(ran.targets[11], 2);
  assert.equal(ran.last.target, 4);
  assert.equal(explain(ran.last), "2 → 4: cpu > 70% for 1m: +2 (now 90%)");
});

test("a decision tells its figures in one line", () => {
  const { decisions } = run({ seconds: 30, sample: (_, at) => sampleOf(210, at) });
  const line = explain(decisions[0] ?? assert.fail());
  assert.match(
    line,
    /^2 → \d: 210 req\/s × 20 ms = 4\.2 busy; expected 4\.2, margin \d+(\.\d+)?%: needs \d, keeps \d$/,
  );
});
