import assert from "node:assert/strict";
import { test } from "node:test";
import { daily } from "./noise.ts";

test("a day has its own value, and midnight lies half-way between two of them without a jump", () => {
  const values = [100, 400, 50];
  assert.deepEqual(
    [12, 36, 60].map((hour) => daily(values, hour)),
    values,
  );
  assert.equal(daily(values, 24), 250);
  assert.ok(Math.abs(daily(values, 23.999) - daily(values, 24.001)) < 1);
  assert.ok(daily(values, 22) > 100 && daily(values, 22) < 250);
  for (let hour = 0; hour < 71.9; hour += 0.01)
    assert.ok(Math.abs(daily(values, hour + 0.01) - daily(values, hour)) < 3, `${hour}`);
  assert.deepEqual([daily(values, 0), daily(values, 71.9)], [100, 50]);
});
