import assert from "node:assert/strict";
import { test } from "node:test";
import { Costs, chunkSize, planChunks } from "./chunk.ts";

test("tasks of unknown cost are shared by all threads", () => {
  assert.equal(chunkSize(1_000, 10, undefined), 100);
  assert.equal(chunkSize(3, 10, undefined), 1);
});

test("tiny tasks go in one message while all of them are less work than a message carries", () => {
  assert.equal(chunkSize(1_000, 10, 0.0001), 1_000);
  assert.equal(chunkSize(1_000_000, 10, 0.0001), 10_000);
});

test("long tasks go one by one, and no thread gets more than its share", () => {
  assert.equal(chunkSize(1_000, 10, 20), 1);
  assert.equal(chunkSize(100, 10, 0.05), 10);
  assert.equal(chunkSize(1_000, 10, 0.05), 20);
});

test("a cost follows what is measured", () => {
  const costs = new Costs();
  assert.equal(costs.of("rank"), undefined);
  costs.record("rank", 100, 10);
  assert.equal(costs.of("rank"), 10);
  for (let time = 0; time < 20; time++) costs.record("rank", 20, 10);
  assert.ok(Math.abs((costs.of("rank") ?? 0) - 2) < 0.1);
});

test("a plan holds every task once, those of one name together and in order", () => {
  const tasks = ["a", "b", "a", "a", "b"].map((name, place) => ({ name, input: place }));
  const costs = new Costs();
  costs.record("a", 50, 1);
  assert.deepEqual(planChunks(tasks, 1, costs), [
    { name: "a", places: [0], inputs: [0] },
    { name: "a", places: [2], inputs: [2] },
    { name: "a", places: [3], inputs: [3] },
    { name: "b", places: [1, 4], inputs: [1, 4] },
  ]);
  const same = [7, 8, 9].map((input) => ({ name: "a", input }));
  assert.deepEqual(planChunks(same, 1, costs), [
    { name: "a", places: 0, inputs: [7] },
    { name: "a", places: 1, inputs: [8] },
    { name: "a", places: 2, inputs: [9] },
  ]);
  assert.deepEqual(planChunks(same, 1, new Costs()), [{ name: "a", places: 0, inputs: [7, 8, 9] }]);
  assert.deepEqual(planChunks([], 1, costs), []);
});
