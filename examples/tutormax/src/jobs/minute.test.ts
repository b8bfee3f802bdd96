import assert from "node:assert/strict";
import { test } from "node:test";
import { minuteOf, untilNextMinute } from "./minute.ts";

test("every moment of a minute has the name of that minute", () => {
  assert.equal(minuteOf(Date.parse("2026-11-20T22:31:00.000Z")), "2026-11-20T22:31Z");
  assert.equal(minuteOf(Date.parse("2026-11-20T22:31:59.999Z")), "2026-11-20T22:31Z");
  assert.equal(minuteOf(Date.parse("2026-11-20T22:32:00.000Z")), "2026-11-20T22:32Z");
});

test("the wait ends at the next minute, and is never nothing", () => {
  assert.equal(untilNextMinute(Date.parse("2026-11-20T22:31:00.000Z")), 60_000);
  assert.equal(untilNextMinute(Date.parse("2026-11-20T22:31:59.999Z")), 1);
});
