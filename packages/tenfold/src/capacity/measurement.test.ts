import assert from "node:assert/strict";
import { test } from "node:test";
import type { Plain } from "../spec/plain.ts";
import { parseMeasurement } from "./measurement.ts";

const KNEES = [
  { instances: 1, rate: 50 },
  { instances: 2, rate: 110 },
];

function measuredIn(more: Readonly<Record<string, Plain>>): unknown {
  const parsed = parseMeasurement({ version: 1, p95: 250, knees: KNEES, ...more });
  return parsed.ok ? parsed.value.measured : parsed.findings;
}

test("a plan goes by what was searched and by what the check found", () => {
  const measured = { instances: 3, rate: 140, p95: 200, limit: "application" };
  assert.deepEqual(measuredIn({ heldOut: { predicted: {}, measured, error: 0.2 } }), [
    ...KNEES,
    { instances: 3, rate: 140 },
  ]);
});

test("no check, and what is no figure of one, count for nothing", () => {
  for (const heldOut of [null, {}, { measured: null }, { measured: { instances: 3, rate: -1 } }, "none"])
    assert.deepEqual(measuredIn({ heldOut }), KNEES);
  assert.deepEqual(measuredIn({}), KNEES);
});

test("what a request takes by itself and costs is read, and an older file that lacks it is read all the same", () => {
  const read = (more: Readonly<Record<string, Plain>>): unknown => {
    const parsed = parseMeasurement({ version: 1, p95: 250, knees: KNEES, ...more });
    return parsed.ok ? [parsed.value.alone, parsed.value.costs] : parsed.findings;
  };
  const unknown = { web: null, balancer: null, data: null };
  assert.deepEqual(read({}), [null, unknown]);
  assert.deepEqual(read({ alone: "soon", webTime: -1 }), [null, unknown]);
  const busy = { web: 0.05, balancer: 0.01, data: null };
  const knees = [{ instances: 1, rate: 50, busy }, KNEES[1] ?? null];
  // 0.01 cores for 50 requests a second.
  assert.deepEqual(read({ alone: 20, webTime: 0.001, knees }), [20, { web: 0.001, balancer: 0.0002, data: null }]);
});
