import assert from "node:assert/strict";
import { test } from "node:test";
import { type Check, Health } from "./health.ts";

function healthOf(database: Check, redis: Check, clock: () => number = () => 0): Health {
  return new Health({ database, redis }, clock);
}

const answers = async () => {};

test("it is ok when every service answers", async () => {
  assert.deepEqual(await healthOf(answers, answers).report(), { status: "ok", database: "ok", redis: "ok" });
});

test("a service that is not configured does not degrade it", async () => {
  assert.deepEqual(await healthOf(null, answers).report(), { status: "ok", database: "disabled", redis: "ok" });
});

test("a service that fails degrades it, and says why", async () => {
  const fails = async () => {
    throw new Error("connection refused");
  };
  const report = await healthOf(answers, fails).report();
  assert.deepEqual(report, { status: "degraded", database: "ok", redis: "error: connection refused" });
});

test("a service that says nothing is given up after half a second", async () => {
  const started = performance.now();
  const report = await healthOf(() => new Promise(() => {}), answers).report();
  assert.equal(report.database, "error: no answer within 500 ms");
  assert.ok(performance.now() - started < 5_000);
});

test("services are asked once a second, however often the health is", async () => {
  let now = 0;
  let asked = 0;
  const counts = async () => {
    asked += 1;
  };
  const health = healthOf(counts, null, () => now);
  await Promise.all(Array.from({ length: 50 }, () => health.report()));
  now = 999;
  await health.report();
  assert.equal(asked, 1);
  now = 1_000;
  await health.report();
  assert.equal(asked, 2);
});
