import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSchedule } from "../spec/scaling/parse-schedule.ts";
import type { Schedule } from "../spec/scaling/schedule.ts";
import { activeOverride, bounded, limitsAt } from "./bounds.ts";

function schedules(...texts: string[]): Schedule[] {
  return texts.flatMap((text) => {
    const parsed = parseSchedule(text, "UTC");
    assert.ok(parsed.ok);
    return [parsed.value];
  });
}

const NOON = Date.parse("2026-01-07T12:00:00Z");
const NIGHT = Date.parse("2026-01-07T23:00:00Z");

test("a schedule moves the bounds while it holds, and says so", () => {
  const bounds = { min: 2, max: 9, schedules: schedules("weekdays 08:00-18:00: min 5"), connections: null };
  assert.deepEqual(bounded(3, bounds, NOON), {
    target: 5,
    bound: { kind: "min", count: 5, schedule: "weekdays 08:00-18:00 UTC: min 5" },
  });
  assert.deepEqual(bounded(3, bounds, NIGHT), { target: 3, bound: null });
  assert.equal(bounded(1, bounds, NIGHT).target, 2);
});

test("a schedule may go below the fleet's minimum, never above its maximum", () => {
  const bounds = { min: 2, max: 9, schedules: schedules("daily 00:00-24:00: min 0, max 50"), connections: null };
  assert.equal(bounded(0, bounds, NOON).target, 0);
  assert.equal(bounded(40, bounds, NOON).target, 9);
});

test("of several schedules, the highest minimum and the lowest maximum count", () => {
  const list = schedules("daily 00:00-24:00: min 3, max 8", "weekdays 10:00-14:00: min 4, max 6");
  const { low, high } = limitsAt({ min: 1, max: 20, schedules: list, connections: null }, NOON);
  assert.deepEqual([low.count, high.count], [4, 6]);
});

test("the database's connections are a ceiling above all", () => {
  const bounds = { min: 4, max: 20, schedules: [], connections: 3 };
  assert.deepEqual(bounded(10, bounds, NOON), { target: 3, bound: { kind: "connections", count: 3 } });
  assert.deepEqual(bounded(1, bounds, NOON), { target: 3, bound: { kind: "connections", count: 3 } });
});

test("what is set by hand ends at its time", () => {
  assert.deepEqual(activeOverride({ count: 7, until: NOON + 1 }, NOON), { count: 7, until: NOON + 1 });
  assert.equal(activeOverride({ count: 7, until: NOON }, NOON), null);
  assert.deepEqual(activeOverride({ count: 7, until: null }, NOON), { count: 7, until: null });
});
