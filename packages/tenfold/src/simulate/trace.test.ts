import assert from "node:assert/strict";
import { test } from "node:test";
import { traceFigures } from "./trace.ts";

function peak(rates: readonly number[]): number {
  return traceFigures({ name: "", start: 0, rate: Float64Array.from(rates) }).peak;
}

function level(rate: number, seconds: number): number[] {
  return Array<number>(seconds).fill(rate);
}

test("the highest minute is that of whole minutes, of the last 60 seconds, or of all that there is", () => {
  assert.equal(peak([...level(1, 60), ...level(3, 60), ...level(1, 60)]), 3);
  assert.equal(peak([...level(1, 60), ...level(3, 30)]), 2);
  assert.equal(peak(level(11, 12)), 11);
  assert.equal(peak([]), 0);
});
