import assert from "node:assert/strict";
import { test } from "node:test";
import { Meters, observe } from "./meters.ts";

test("a series is the same for the same name and labels, whatever their order", () => {
  const meters = new Meters();
  const one = meters.counter("hits", "Hits.", { a: "1", b: "2" });
  assert.equal(meters.counter("hits", "Hits.", { b: "2", a: "1" }), one);
  assert.notEqual(meters.counter("hits", "Hits.", { a: "1" }), one);
  assert.throws(() => meters.histogram("hits", "Hits.", [1], { a: "1" }), /is a counter/);
});

test("a histogram counts each value in the first bucket that holds it", () => {
  const histogram = new Meters().histogram("time", "Time.", [1, 5]);
  for (const value of [0.5, 1, 3, 5, 6]) observe(histogram, value);
  assert.deepEqual([...histogram.buckets], [2, 2]);
  assert.deepEqual([histogram.count, histogram.sum], [5, 15.5]);
});

test("series of a name stand beside each other, and a gauge is asked when somebody looks", () => {
  const meters = new Meters();
  let value = 1;
  meters.counter("a", "A.", { x: "1" });
  meters.gauge("b", "B.", () => value);
  meters.counter("a", "A.", { x: "2" });
  value = 2;
  const list = meters.list();
  assert.deepEqual(
    list.map(({ name }) => name),
    ["a", "a", "b"],
  );
  const gauge = list.at(-1);
  assert.equal(gauge?.kind === "gauge" && gauge.read(), 2);
});
