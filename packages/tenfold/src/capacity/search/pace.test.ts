import assert from "node:assert/strict";
import { test } from "node:test";
import { lengthOfRun, lengthOfSearch, secondsLeft } from "./pace.ts";

test("a run is as long as was said, and longer where its rate is so low that few requests come", () => {
  assert.deepEqual(
    [lengthOfRun(100, 10), lengthOfRun(8, 2), lengthOfRun(0.5, 2), lengthOfRun(0.5, 300)],
    [10, 7.5, 60, 300],
  );
});

test("a search from far away takes longer than one from nearby, and runs as long as they are said to be", () => {
  const options = { start: 8, least: 0.5, most: 20_000, precision: 1.1 };
  const runs = { step: 2, confirm: 5 };
  const far = lengthOfSearch(options, runs, 1_000);
  assert.ok(far > lengthOfSearch({ ...options, start: 800 }, runs, 1_000));
  assert.ok(far > 2 * 7.5 + 10 * 2 && far < 120, `${far}`);
  assert.ok(lengthOfSearch(options, { step: 10, confirm: 30 }, 1_000) > 2 * far);
  // No rate holds: it ends all the same.
  assert.ok(lengthOfSearch(options, runs, 0) < 600);
});

test("what is left takes as much longer as what is done did", () => {
  assert.equal(secondsLeft([60, 60, 30], 0, 0), 150);
  // The first took 150 s instead of 60.
  assert.equal(secondsLeft([60, 60, 30], 1, 150), 225);
  assert.equal(secondsLeft([60, 60, 30], 2, 120), 30);
  assert.equal(secondsLeft([60], 1, 90), 0);
});
