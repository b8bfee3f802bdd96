import assert from "node:assert/strict";
import { test } from "node:test";
import { dueAfter, formatSchedule, parseSchedule } from "./schedule.ts";

test("schedules are read as people write them", () => {
  assert.deepEqual(parseSchedule("every 6h"), { kind: "every", every: 6 * 3600_000 });
  assert.deepEqual(parseSchedule("Daily at 03:05"), { kind: "cron", expression: "5 3 * * *" });
  assert.deepEqual(parseSchedule("sunday at 4:00"), { kind: "cron", expression: "0 4 * * 0" });
  assert.deepEqual(parseSchedule("weekly on friday at 23:59"), { kind: "cron", expression: "59 23 * * 5" });
  assert.deepEqual(parseSchedule("hourly"), { kind: "cron", expression: "0 * * * *" });
  assert.deepEqual(parseSchedule("*/15 2-4 * * 1"), { kind: "cron", expression: "*/15 2-4 * * 1" });
});

test("what is no schedule is refused", () => {
  for (const text of ["", "sometimes", "every 5s", "daily at 25:00", "someday at 03:00", "61 * * * *", "0 0 31 2 *"])
    assert.equal(parseSchedule(text), undefined, text);
});

test("a schedule is due after the last time, not after the last look", () => {
  const at = (text: string): number => new Date(text).getTime();
  const daily = parseSchedule("daily at 03:00");
  const often = parseSchedule("every 6h");
  assert.ok(daily !== undefined && often !== undefined);
  assert.equal(dueAfter(daily, at("2026-03-01T12:00:00")), at("2026-03-02T03:00:00"));
  assert.equal(dueAfter(daily, at("2026-03-02T02:59:00")), at("2026-03-02T03:00:00"));
  assert.equal(dueAfter(often, 1000), 1000 + 6 * 3600_000);
});

test("a schedule is written as it can be read", () => {
  for (const text of ["every 6h", "every 1h30m", "5 3 * * *"]) {
    const schedule = parseSchedule(text);
    assert.ok(schedule !== undefined);
    assert.deepEqual(parseSchedule(formatSchedule(schedule)), schedule);
  }
});
