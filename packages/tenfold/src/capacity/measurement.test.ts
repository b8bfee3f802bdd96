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
