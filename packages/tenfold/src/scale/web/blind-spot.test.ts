import assert from "node:assert/strict";
import { test } from "node:test";
import { millis } from "../../units/millis.ts";
import { blindSpot } from "./blind-spot.ts";
import { sampleOf } from "./run.fixture.ts";

const LIMIT = millis(250);

test("late answers of idle instances are told as long as there are answers", () => {
  const late = sampleOf(20, 0, { p95: 20_071, cpu: 0 });
  assert.match(blindSpot(late, LIMIT) ?? "", /take up to 20071 ms .* use 0 % of their CPU/);
  assert.equal(blindSpot({ ...late, work: { busySeconds: 0, requests: 0 } }, LIMIT), null);
  assert.equal(blindSpot({ ...late, work: null }, LIMIT), null);
  assert.equal(blindSpot({ ...late, cpu: 0.9 }, LIMIT), null);
});
