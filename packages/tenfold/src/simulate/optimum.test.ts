import assert from "node:assert/strict";
import { test } from "node:test";
import { compareWeb, WEB_POLICIES } from "./compare.ts";
import { stageOf } from "./fluid.ts";
import { cheapest, optimalSeconds } from "./optimum.ts";
import type { Score } from "./score.ts";
import { DEFAULT_WORLD, type World } from "./world.ts";

/** Numbers and how long they stay. */
type Levels = readonly (readonly [value: number, seconds: number])[];

function spread(levels: Levels): number[] {
  return levels.flatMap(([value, seconds]) => Array<number>(seconds).fill(value));
}

function all(levels: Levels, world: Partial<World> = {}, names = Object.keys(WEB_POLICIES)): Score[] {
  const trace = { name: "made", start: 0, rate: Float64Array.from(spread(levels)) };
  const choices = names.map((name) => ({ kind: "named", name }) as const);
  return [...compareWeb(stageOf(trace, { ...DEFAULT_WORLD, ...world }), choices, "fluid")];
}

const SAW: Levels = Array.from({ length: 12 }, () => [
  [400, 200],
  [20, 100],
]).flat() as unknown as Levels;

test("the optimum keeps an instance through a short gap, and stops it in a long one", () => {
  const world = { ...DEFAULT_WORLD, min: 1, boot: { ...DEFAULT_WORLD.boot, mean: 40 }, drain: 20 };
  const seconds = (levels: Levels): number => optimalSeconds(Int32Array.from(spread(levels)), world);
  const gap = (length: number): Levels => [
    [2, 100],
    [1, length],
    [2, 100],
  ];
  // Needed instance-seconds, and the gap or another boot and drain.
  assert.equal(seconds(gap(30)), 400 + 30 + 30);
  assert.equal(seconds(gap(500)), 400 + 500 + 60);
  // Who is needed soon was there at the start; who is needed later boots; nobody drains longer than the trace.
  const ends = (length: number): Levels => [[1, length], ...gap(30), [1, length]];
  assert.equal(seconds(ends(15)), 430 + 30 + 2 * 15 + 2 * 15);
  assert.equal(seconds(ends(200)), 430 + 30 + 2 * 200 + 40 + 20);
});

/** Every way to keep or to stop one instance in each gap. */
function tried(need: readonly number[], boot: number, drain: number, billing: number): number {
  const parts: { from: number; to: number }[] = [];
  for (const [t, count] of need.entries())
    if (count > 0 && (need[t - 1] ?? 0) === 0) parts.push({ from: t, to: need.indexOf(0, t) });
  for (const part of parts) if (part.to < 0) part.to = need.length;
  let least = Number.POSITIVE_INFINITY;
  for (let ways = 0; ways < 2 ** parts.length; ways += 1) {
    let seconds = 0;
    let start = 0;
    for (const [at, { from, to }] of parts.entries()) {
      if (at === 0 || (ways >> at) & 1)
        start = (ways >> at) & 1 && from > boot ? from - boot : at === 0 ? 0 : from - boot;
      const next = parts[at + 1];
      if (next !== undefined && !((ways >> (at + 1)) & 1)) continue;
      if (next !== undefined && next.from - boot < to) seconds = Number.POSITIVE_INFINITY;
      seconds += Math.ceil((Math.min(need.length, to + drain) - start) / billing) * billing;
    }
    least = Math.min(least, seconds);
  }
  return least;
}

test("no way to keep or to stop an instance in each gap costs less than the optimum, whatever it is paid by", () => {
  let state = 7;
  const random = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  for (let round = 0; round < 400; round += 1) {
    const need = spread(Array.from({ length: 12 }, (_, at) => [at % 2, 1 + random(60)]));
    const [boot, drain, billing] = [random(20), random(20), 1 + random(70)];
    const { seconds, counts } = cheapest(Int32Array.from(need), { boot, drain, billing, earliest: 0 });
    assert.equal(seconds, tried(need, boot, drain, billing), `round ${round}`);
    assert.ok(need.every((count, t) => (counts[t] ?? 0) >= count));
  }
});

test("who keeps the limit never costs less than the optimum, and the clairvoyant is the best of them", () => {
  const worlds: readonly Partial<World>[] = [{}, { billing: 600 }, { billing: 86_400 }, { ceiling: 8 }, { min: 0 }];
  const traces: readonly Levels[] = [
    [[1000, 60]],
    [[90, 3600]],
    SAW,
    [
      [10, 20],
      [1000, 580],
    ],
    [
      [0, 300],
      [300, 300],
      [0, 900],
    ],
  ];
  for (const [at, levels] of traces.entries())
    for (const world of worlds) {
      const scores = all(levels, world);
      const best = scores.find(({ policy }) => policy === "clairvoyant");
      const where = `trace ${at}, ${JSON.stringify(world)}`;
      assert.ok(best !== undefined);
      if (world.ceiling === undefined) assert.equal(best.violationSeconds, 0, where);
      for (const { policy, ratio, violationSeconds } of scores) {
        if (violationSeconds > 0) continue;
        assert.ok(ratio >= 1, `${where}: ${policy} costs ${ratio}`);
        assert.ok(ratio >= best.ratio - 1e-9, `${where}: ${policy} costs ${ratio}, the clairvoyant ${best.ratio}`);
      }
    }
});

test("a policy that knows its number has it from the start", () => {
  const levels: Levels = [
    [10, 20],
    [1000, 580],
  ];
  for (const { policy, violationSeconds, actionsPerDay } of all(levels, {}, ["peak", "optimum"]))
    assert.deepEqual([violationSeconds, actionsPerDay], [0, 0], policy);
});

test("what no number within the bounds can serve in time is a violation", () => {
  const levels: Levels = [[90, 3600]];
  for (const { policy, violationPercent } of all(levels, { max: 2 })) assert.equal(violationPercent, 100, policy);
  for (const { policy, violationPercent } of all(levels, { ceiling: 2 }, ["peak", "cheap"]))
    assert.equal(violationPercent, 100, policy);
});
