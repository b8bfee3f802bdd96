import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_WORLD } from "../../simulate/world.ts";
import { fitWorld } from "./simulate-engine.ts";

const HOUR = { name: "hour", start: 0, rate: new Float64Array(3600) };

test("a release after the end of the trace is refused, one before it is not", () => {
  const fit = (deploys: readonly number[]): unknown =>
    fitWorld({ ...DEFAULT_WORLD, deploys }, HOUR, { kind: "web", name: "fluid" });
  assert.doesNotThrow(() => fit([0, 3599]));
  assert.throws(() => fit([60, 32_400]), {
    code: "TF_ARGUMENT",
    message: "--deploy-at has 9h, and the trace lasts 1h",
  });
});

test("what boots in whole seconds takes one at least", () => {
  const world = { ...DEFAULT_WORLD, boot: { ...DEFAULT_WORLD.boot, mean: 0 } };
  assert.equal(fitWorld(world, HOUR, { kind: "web", name: "fluid" }).boot.mean, 1);
  assert.equal(fitWorld(world, HOUR, { kind: "workers", name: "jobs" }).boot.mean, 1);
  assert.equal(fitWorld(world, HOUR, { kind: "web", name: "requests" }).boot.mean, 0);
});
