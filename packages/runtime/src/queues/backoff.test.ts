import assert from "node:assert/strict";
import { test } from "node:test";
import { retryDelay } from "./backoff.ts";

test("attempts come at doubling distances up to the most, spread by half", () => {
  const backoff = { first: 1_000, most: 60_000 };
  assert.deepEqual(
    [1, 2, 3, 7, 1_000].map((failures) => retryDelay(backoff, failures, 1)),
    [1_000, 2_000, 4_000, 60_000, 60_000],
  );
  assert.equal(retryDelay(backoff, 3, 0), 2_000);
  assert.equal(retryDelay(backoff, 3, 0.5), 3_000);
});
