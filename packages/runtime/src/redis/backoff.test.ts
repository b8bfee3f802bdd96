import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "./backoff.ts";

test("attempts come at doubling distances up to a second, spread by half", () => {
  assert.deepEqual(
    [0, 1, 2, 5, 6, 1_000].map((attempt) => backoff(attempt, 1)),
    [25, 50, 100, 800, 1_000, 1_000],
  );
  assert.equal(backoff(3, 0), 100);
  assert.equal(backoff(3, 0.5), 150);
});
