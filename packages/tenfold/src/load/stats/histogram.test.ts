import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../arrivals/random.ts";
import { Histogram, type Precision } from "./histogram.ts";

/** The definition itself: the value at the rank, of all values in order. */
function exact(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}

function manyValues(count: number): number[] {
  const random = seededRandom(7);
  // From 10 µs to some minutes, all orders of magnitude alike.
  return Array.from({ length: count }, () => 0.01 * 10 ** (random() * 7));
}

const ERRORS: Readonly<Record<Precision, number>> = { fine: 1 / 256, coarse: 1 / 64 };

for (const [precision, error] of Object.entries(ERRORS) as [Precision, number][]) {
  test(`percentiles of a ${precision} histogram are within its error of the exact ones`, () => {
    const values = manyValues(20_000);
    const histogram = new Histogram(precision);
    for (const value of values) histogram.record(value);
    for (const percent of [0, 1, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100]) {
      const wanted = exact(values, percent);
      const found = histogram.percentile(percent);
      // Half a microsecond for the rounding to microseconds.
      assert.ok(Math.abs(found - wanted) <= wanted * error + 0.000_5, `p${percent}: ${found}, not ${wanted}`);
    }
  });
}

test("count, mean, least and largest are exact", () => {
  const histogram = new Histogram();
  for (const value of [5, 1, 3]) histogram.record(value);
  assert.deepEqual([histogram.count, histogram.mean, histogram.min, histogram.max], [3, 3, 1, 5]);
});

test("an empty histogram is all zeroes", () => {
  const histogram = new Histogram();
  assert.deepEqual(
    [histogram.count, histogram.mean, histogram.min, histogram.max, histogram.percentile(99)],
    [0, 0, 0, 0, 0],
  );
});

test("merging the parts gives the whole", () => {
  const values = manyValues(5_000);
  const whole = new Histogram();
  const parts = [new Histogram(), new Histogram(), new Histogram()];
  for (const [at, value] of values.entries()) {
    whole.record(value);
    parts[at % 3]?.record(value);
  }
  const merged = new Histogram();
  for (const part of parts) merged.merge(structuredClone(part.toData()));
  assert.deepEqual(merged.toData().counts, whole.toData().counts);
  assert.deepEqual([merged.count, merged.min, merged.max], [whole.count, whole.min, whole.max]);
});

test("histograms of different precision do not merge", () => {
  assert.throws(() => new Histogram("coarse").merge(new Histogram("fine").toData()), RangeError);
});

test("what is longer than an hour is kept as the largest", () => {
  const histogram = new Histogram();
  histogram.record(7_200_000);
  histogram.record(-1);
  assert.equal(histogram.max, 7_200_000);
  assert.equal(histogram.min, 0);
  assert.equal(histogram.count, 2);
});
