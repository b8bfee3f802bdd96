import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRule } from "../../spec/scaling/parse-rule.ts";
import { parseSchedule } from "../../spec/scaling/parse-schedule.ts";
import { Random } from "../../units/random.ts";
import type { Decision } from "../decision.ts";
import { explain } from "../explain.ts";
import { NOTHING, POLICY, type Run, run } from "./run.fixture.ts";

test("a busy worker is never asked to go, and bounds hold, whatever comes", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = new Random(seed);
    let busy = 0;
    let rate = 1;
    const busyThen: number[] = [];
    const ran = run({
      from: 5,
      seconds: 20_000,
      look: (_, wanted) => {
        if (random.next() < 0.02) rate = random.next() < 0.3 ? 0 : random.scaleBetween(0.1, 20);
        busy = Math.min(wanted, random.poisson(rate * 2));
        busyThen.push(busy);
        const sample = {
          arrivals: random.poisson(rate * 5) / 5,
          queued: random.poisson(rate * 3),
          inFlight: busy,
          oldest: null,
          due: null,
          work: null,
        };
        return { sample: random.next() < 0.05 ? null : sample, busy, deploying: random.next() < 0.05 };
      },
    });
    for (const [index, { from, target }] of ran.decisions.entries()) {
      assert.ok(target >= 0 && target <= 50);
      if (target < from) assert.ok(target >= (busyThen[index] ?? 0), `${from} → ${target}, ${busyThen[index]} busy`);
    }
  }
});

test("a number below the busy workers is not asked for, even by hand or by a rule", () => {
  const rule = parseRule("queue < 10: -1");
  assert.ok(rule.ok);
  const busy = { sample: { ...NOTHING, inFlight: 4 }, busy: 4 };
  const byHand = run({
    policy: { ...POLICY, override: { count: 0, until: null } },
    from: 6,
    seconds: 5,
    look: () => busy,
  });
  assert.equal(byHand.last.target, 4);
  const byRule = run({ policy: { ...POLICY, rules: [rule.value] }, from: 4, seconds: 3600, look: () => busy });
  assert.equal(byRule.last.target, 4);
});

test("once they have all stopped, none starts for what has long been done", () => {
  const burst: Run["look"] = (second) => ({
    sample: { ...NOTHING, arrivals: second === 0 ? 1.2 : 0, inFlight: second < 30 ? 1 : 0 },
    busy: second < 30 ? 1 : 0,
  });
  const { decisions } = run({ from: 1, seconds: 3600, look: burst });
  const changes = decisions.filter(({ from, target }) => target !== from).map(({ target }) => target);
  assert.equal(changes.at(-1), 0);
  assert.ok(changes.length <= 3, `${changes}`);
});

test("they all stop only after nothing was queued or in flight for five minutes", () => {
  const first = run({ from: 3, seconds: 900, look: () => ({ sample: { ...NOTHING, inFlight: 1 }, busy: 1 }) });
  assert.equal(first.last.target, 1);
  const idle = run({ from: 1, start: 900, memory: first.memory, seconds: 305, look: () => ({ sample: NOTHING }) });
  assert.deepEqual(
    idle.decisions.slice(0, 60).map(({ target }) => target),
    Array(60).fill(1),
  );
  assert.equal(idle.last.target, 0);
  assert.equal(explain(idle.last), "1 → 0: nothing queued or in flight for 5m");
  const some = run({
    from: 0,
    start: 1205,
    memory: idle.memory,
    seconds: 5,
    look: () => ({ sample: { ...NOTHING, queued: 1, oldest: 4000 } }),
  });
  assert.equal(some.last.target, 1);
});

test("a job in flight keeps a worker, however long it takes", () => {
  const ran = run({ from: 1, seconds: 7200, look: () => ({ sample: { ...NOTHING, inFlight: 1 }, busy: 1 }) });
  assert.deepEqual(new Set(ran.decisions.map(({ target }) => target)), new Set([1]));
});

test("a backlog is worked off in time: the number grows with it, and with the age of its oldest job", () => {
  const calm = run({
    from: 4,
    seconds: 900,
    look: () => ({ sample: { ...NOTHING, arrivals: 1.5, queued: 1, inFlight: 3, oldest: 500 }, busy: 3 }),
  });
  const at = { from: calm.last.target, start: 900, memory: calm.memory, seconds: 5 };
  const backlog = (queued: number, oldest: number): number =>
    run({ ...at, look: () => ({ sample: { ...NOTHING, arrivals: 1.5, queued, inFlight: 3, oldest }, busy: 3 }) }).last
      .target;
  assert.equal(backlog(5, 2000), calm.last.target, "what a queue evens out");
  assert.ok(backlog(30, 18_000) > backlog(30, 2000), "old jobs");
  let before = 0;
  for (let queued = 0; queued < 3000; queued += 37) {
    const target = backlog(queued, 2000);
    assert.ok(target >= before, `${queued} queued: ${target} after ${before}`);
    before = target;
  }
});

test("nothing changes while the queue does not answer, and nothing falls during a deploy", () => {
  const calm = run({
    from: 8,
    seconds: 900,
    look: () => ({ sample: { ...NOTHING, arrivals: 3.5, queued: 2, inFlight: 7 }, busy: 7 }),
  });
  const at = { from: calm.last.target, start: 900, memory: calm.memory, seconds: 1800 };
  assert.equal(run({ ...at, look: () => ({ sample: null }) }).last.target, at.from);
  const low = { ...NOTHING, arrivals: 0.5, inFlight: 1 };
  assert.equal(run({ ...at, look: () => ({ sample: low, busy: 1, deploying: true }) }).last.target, at.from);
  assert.ok(run({ ...at, look: () => ({ sample: low, busy: 1 }) }).last.target < at.from);
});

test("a decision tells its figures in one line", () => {
  const { decisions } = run({
    from: 1,
    seconds: 5,
    look: () => ({ sample: { ...NOTHING, arrivals: 2, queued: 60, inFlight: 1, oldest: 12_000 }, busy: 1 }),
  });
  assert.match(
    explain(decisions[0] ?? assert.fail()),
    /^1 → \d+: 2 jobs\/s × 2 s, 60 queued, 1 in flight, oldest 12s: needs \d+, keeps \d+$/,
  );
});

test("where the queue is not looked at, schedules alone move the number", () => {
  const parsed = parseSchedule("daily 00:10-00:20: min 5", "UTC");
  assert.ok(parsed.ok);
  const bounds = { min: 1, max: 4, schedules: [parsed.value], connections: null };
  const policy = { ...POLICY, watched: false, bounds };
  const { decisions } = run({ policy, from: 2, seconds: 1_800, look: () => ({ sample: null }) });
  const at = (minute: number): number => decisions[minute * 12]?.target ?? Number.NaN;
  assert.deepEqual([at(0), at(9), at(10), at(19), at(20), at(29)], [1, 1, 4, 4, 1, 1]);
  assert.match(
    explain(decisions[0] as Decision),
    /^2 → 1: its queue is not watched: the lowest that its bounds and schedules allow$/,
  );
});
