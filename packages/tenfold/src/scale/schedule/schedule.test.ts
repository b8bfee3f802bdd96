import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSchedule } from "./parse.ts";
import { formatSchedule, isActive, type Schedule } from "./schedule.ts";

function schedule(text: string, zone = "UTC"): Schedule {
  const parsed = parseSchedule(text, zone);
  assert.ok(parsed.ok, text);
  return parsed.value;
}

function at(text: string): number {
  return Date.parse(text);
}

test("schedules are read as people write them, and written back", () => {
  const known = {
    "weekdays 08:00-18:00: min 5": "weekdays 08:00-18:00 UTC: min 5",
    "Weekends 9:00 - 24:00 Europe/Berlin: min 2, max 4": "weekends 09:00-24:00 Europe/Berlin: min 2, max 4",
    "mon-wed,fri 22:00-06:00: max 3": "mon,tue,wed,fri 22:00-06:00 UTC: max 3",
    "daily 00:00-24:00: min 0": "daily 00:00-24:00 UTC: min 0",
  };
  for (const [given, written] of Object.entries(known)) {
    assert.equal(formatSchedule(schedule(given)), written);
    assert.equal(formatSchedule(schedule(written)), written);
  }
});

test("what is no schedule is told, with what would be right", () => {
  const wrong: Readonly<Record<string, RegExp>> = {
    "at noon": /is no schedule; write for example weekdays/,
    "weekday 08:00-18:00: min 5": /"weekday" are no days \(did you mean weekdays\?\)/,
    "weekdays 8:60-18:00: min 5": /are no times of the day/,
    "weekdays 08:00-25:00: min 5": /are no times of the day/,
    "weekdays 08:00-08:00: min 5": /is no time at all; for the whole day/,
    "weekdays 08:00-18:00 Mars/Olympus: min 5": /no time zone Mars\/Olympus/,
    "weekdays 08:00-18:00: five": /are no bounds; write min 5/,
    "weekdays 08:00-18:00: min 5, min 6": /are no bounds/,
    "weekdays 08:00-18:00: min 5, max 4": /min 5 is more than max 4/,
  };
  for (const [given, message] of Object.entries(wrong)) {
    const parsed = parseSchedule(given, "UTC");
    assert.ok(!parsed.ok, given);
    assert.match(parsed.problems[0]?.message ?? "", message);
  }
});

test("a schedule holds from its start to before its end, in its time zone, summer and winter", () => {
  const berlin = schedule("weekdays 08:00-18:00 Europe/Berlin: min 5");
  assert.equal(isActive(berlin, at("2026-01-07T07:00:00Z")), true, "08:00 in winter");
  assert.equal(isActive(berlin, at("2026-01-07T06:59:59Z")), false);
  assert.equal(isActive(berlin, at("2026-07-08T06:00:00Z")), true, "08:00 in summer");
  assert.equal(isActive(berlin, at("2026-07-08T16:00:00Z")), false, "18:00 in summer");
  assert.equal(isActive(berlin, at("2026-01-10T12:00:00Z")), false, "a Saturday");
});

test("a night belongs to the day on which it begins", () => {
  const night = schedule("fri 22:00-06:00: max 2");
  assert.equal(isActive(night, at("2026-01-09T23:00:00Z")), true, "Friday night");
  assert.equal(isActive(night, at("2026-01-10T05:59:00Z")), true, "early on Saturday");
  assert.equal(isActive(night, at("2026-01-09T05:00:00Z")), false, "early on Friday");
  assert.equal(isActive(night, at("2026-01-10T23:00:00Z")), false, "Saturday night");
});
