import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeAlone } from "./alone.ts";

const OBJECTIVE = { p95: 250, errors: 0.001, achieved: 0.98 };

test("an application that fails or takes too long by itself is told at once, and how", () => {
  const alone = { requests: 80, failures: 0, p50: 20, errors: [] };
  assert.equal(judgeAlone(alone, OBJECTIVE), null);
  assert.deepEqual(judgeAlone({ ...alone, failures: 80, errors: ["status 500"] }, OBJECTIVE), {
    kind: "fails",
    why: "80 of 80 requests of a single visitor failed: status 500",
    isLimited: false,
  });
  assert.partialDeepStrictEqual(judgeAlone({ ...alone, failures: 60, errors: ["status 429"] }, OBJECTIVE), {
    isLimited: true,
  });
  assert.deepEqual(judgeAlone({ ...alone, requests: 2, p50: 1_000 }, OBJECTIVE), {
    kind: "slow",
    why: "a request takes 1000 ms when nothing else is going on, where 250 may be",
  });
});

test("one failure among many is an accident, one of one is none, and who saw nothing says nothing", () => {
  assert.equal(judgeAlone({ requests: 80, failures: 1, p50: 20, errors: ["status 502"] }, OBJECTIVE), null);
  assert.equal(judgeAlone({ requests: 1, failures: 1, p50: 2_000, errors: [] }, OBJECTIVE)?.kind, "fails");
  assert.equal(judgeAlone({ requests: 0, failures: 0, p50: 0, errors: [] }, OBJECTIVE), null);
});
