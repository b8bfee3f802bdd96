import assert from "node:assert/strict";
import { test } from "node:test";
import { type Drift, drift, restartDrift, startDrift } from "./drift.ts";

/** Follows a load that changes with the hour, as it is every five seconds. */
function follow(hours: number, loadAt: (hour: number) => number): Drift {
  let memory = startDrift(loadAt(0));
  let last: Drift | null = null;
  for (let second = 0; second < hours * 3600; second += 5) {
    const load = loadAt(second / 3600);
    last = drift(memory, { load, level: load }, second * 1000, 5);
    memory = last.memory;
  }
  return last ?? assert.fail();
}

test("a steady load is expected to stay, and less room is left for it hour by hour", () => {
  const short = follow(1, () => 10);
  const long = follow(24, () => 10);
  assert.ok(Math.abs(long.expected - 10) < 1e-6);
  assert.ok(long.deviation < short.deviation / 2, `${long.deviation} after ${short.deviation}`);
});

test("a rise is expected to go on for longer than a decline", () => {
  const rise = follow(3, (hour) => 10 + 2 * hour);
  const decline = follow(3, (hour) => 16 - 2 * hour);
  assert.ok(rise.expected > 16.15, `${rise.expected}`);
  assert.ok(decline.expected < 10.1 && decline.expected > 9.7, `${decline.expected}`);
});

test("what wanders within ten minutes gets more room, also after a gap", () => {
  const wander = follow(12, (hour) => 10 + 2 * Math.sin(hour * 2 * Math.PI * 2.5));
  assert.ok(wander.deviation > 3 * follow(12, () => 10).deviation);
  const { roughness, level, pending } = restartDrift(wander.memory, 4);
  assert.equal(roughness, wander.memory.roughness);
  assert.deepEqual([level, pending], [4, []]);
});

test("a load that changes for good takes the slow level with it at once, to within what is usual", () => {
  const { memory, deviation } = follow(12, (hour) => (hour < 11.99 ? 10 : 40));
  assert.ok(memory.level > 30, `${memory.level} with ${deviation}`);
});
