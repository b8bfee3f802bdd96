import assert from "node:assert/strict";
import { test } from "node:test";
import { formatSilence, parseSilence } from "./silence.ts";

test("times of silence are read as people write them", () => {
  const everyDay = [0, 1, 2, 3, 4, 5, 6];
  assert.deepEqual(parseSilence("22:00-06:00"), { days: everyDay, from: 22 * 60, to: 6 * 60 });
  assert.deepEqual(parseSilence(" Weekdays 8:05 - 18:30"), { days: [1, 2, 3, 4, 5], from: 485, to: 1110 });
  assert.deepEqual(parseSilence("weekends 00:00-24:00"), { days: [0, 6], from: 0, to: 1440 });
  assert.deepEqual(parseSilence("sunday 02:00-04:00"), { days: [0], from: 120, to: 240 });
});

test("what is no time is refused", () => {
  for (const text of ["", "22-06", "24:00-06:00", "22:00-24:30", "03:00-03:00", "someday 01:00-02:00", "22:61-23:00"])
    assert.equal(parseSilence(text), undefined, text);
});

test("they are written as they are read", () => {
  for (const text of ["daily 22:00-06:00", "weekdays 08:05-18:30", "weekends 00:00-24:00", "friday 02:00-04:00"]) {
    const parsed = parseSilence(text);
    assert.ok(parsed !== undefined);
    assert.equal(formatSilence(parsed), text);
  }
});
