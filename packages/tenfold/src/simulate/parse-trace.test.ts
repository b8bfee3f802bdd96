import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTrace } from "./parse-trace.ts";

function rate(text: string): number[] {
  const parsed = parseTrace(text, "t");
  assert.ok(parsed.ok, text);
  return [...parsed.value.rate];
}

test("a rate holds until the next row", () => {
  assert.deepEqual(rate("second,rps\n0,10\n1,20\n4,5\n"), [10, 20, 20, 20, 5]);
});

test("of a rate that changes within a second, its mean counts", () => {
  assert.deepEqual(rate("second,rps\n0,10\n1.5,20\n3,0\n"), [10, 15, 20, 0]);
  assert.deepEqual(rate("second,rps\n0,10\n0.25,20\n"), [17.5, 5]);
});

test("counts of minutes become a rate that changes evenly and keeps the level", () => {
  const rates = rate("minute,requests\n0,60\n1,180\n2,180\n");
  assert.equal(rates.length, 180);
  assert.deepEqual([rates[0], rates[179]], [1, 3]);
  assert.ok(rates.every((value, at) => at === 0 || value >= (rates[at - 1] ?? 0)));
  assert.ok(Math.abs((rates[59] ?? 0) - 2) < 0.05);
});
