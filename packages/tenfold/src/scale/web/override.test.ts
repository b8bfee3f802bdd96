import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRule } from "../../spec/scaling/parse-rule.ts";
import { POLICY, run, sampleOf } from "./run.fixture.ts";
import type { WebSample } from "./sample.ts";

const HAND = { ...POLICY, override: { count: 12, until: 7200_000 } };

test("the load is watched while a number is set by hand: what it leads to when that ends is what it would have been", () => {
  const rates = (second: number): number => (second < 3600 ? 50 : 350);
  const sample = ({ second }: { second: number }, at: number): WebSample => sampleOf(rates(second), at);
  const before = run({ seconds: 1800, sample });
  const hand = { policy: HAND, start: 1800, seconds: 6000, from: before.last.target, memory: before.memory, sample };
  const { memory, targets } = run(hand);
  const alone = run({ ...hand, policy: POLICY });
  assert.equal(targets[0], 12);
  assert.equal(memory.since, alone.memory.since);
  assert.deepEqual(memory.demand, alone.memory.demand);
  assert.deepEqual(memory.shortfall, alone.memory.shortfall);
  assert.equal(targets.at(-1), alone.last.target);
});

test("a number that a person has set and that ends is no fall to be taken back, and what a request costs is learned meanwhile", () => {
  const sample = (_: unknown, at: number): WebSample =>
    sampleOf(100, at, { work: { busySeconds: 25, requests: 500, seconds: 60 } });
  const before = run({ seconds: 600, sample: (_, at) => sampleOf(100, at) });
  const { memory, last } = run({ policy: HAND, start: 600, seconds: 6600, from: 2, memory: before.memory, sample });
  assert.equal(last.target, 12);
  assert.ok(Math.abs(memory.cost - 0.05) < 0.005, `${memory.cost}`);
  const { grewAt, shrankAt } = before.memory.patience;
  assert.deepEqual([memory.patience.grewAt, memory.patience.shrankAt], [grewAt, shrankAt]);
});

test("without measurements a number that is set by hand holds, and the silence is a gap", () => {
  const before = run({ seconds: 600, sample: (_, at) => sampleOf(100, at) });
  const { memory, last } = run({
    policy: HAND,
    start: 600,
    seconds: 600,
    from: 2,
    memory: before.memory,
    sample: () => null,
  });
  assert.equal(last.target, 12);
  assert.equal(memory.at, before.memory.at);
});

test("rules go on counting their time while a number is set by hand, and act when that ends", () => {
  const parsed = parseRule("cpu > 70% for 10m: +2");
  assert.ok(parsed.ok);
  const { targets } = run({
    policy: { ...HAND, rules: [parsed.value] },
    start: 6300,
    seconds: 905,
    sample: (_, at) => sampleOf(5, at, { cpu: 0.9 }),
  });
  assert.deepEqual([targets[0], targets.at(-2), targets.at(-1)], [12, 12, 14]);
});
