import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../units/random.ts";
import { type Forecast, forecast, reprice, startDemand } from "./forecast.ts";

const TIMES = { seconds: 5, horizon: 60 };

/** Follows samples of five seconds, after two quiet hours of about ten instances kept busy. */
function follow(loads: readonly number[]): Forecast[] {
  const random = new Random(1);
  let memory = startDemand(10);
  for (let i = 0; i < 1440; i += 1) memory = forecast(memory, 10 + 0.3 * random.normal(), TIMES).memory;
  return loads.map((load) => {
    const outcome = forecast(memory, load, TIMES);
    memory = outcome.memory;
    return outcome;
  });
}

test("a burst of one sample is no surge", () => {
  const forecasts = follow([20, 10, 10, 10]);
  assert.deepEqual(
    forecasts.map(({ surge }) => surge),
    [null, null, null, null],
  );
});

test("a step is a surge to where it has led, a ramp to where it will lead", () => {
  const step = follow([10, 20, 20]).at(-1)?.surge;
  assert.equal(step, 20);
  const ramp = follow([10, 12, 14, 16]).at(-1)?.surge ?? 0;
  assert.ok(ramp > 16 + 0.4 * 60 && ramp < 16 + 0.4 * 60 * 1.5, `${ramp}`);
});

test("what chance adds after a step is no slope", () => {
  for (const after of [
    [20, 20.4],
    [20, 20.4, 21],
    [20, 19.6, 20.8],
  ]) {
    const surge = follow([10, ...after]).at(-1)?.surge;
    assert.equal(surge, after.at(-1), `${after}`);
  }
});

test("what a surge goes on by is seen with its second sample", () => {
  const surges = follow([12, 15, 18]).map(({ surge }) => surge);
  assert.equal(surges[0], null);
  assert.ok((surges[1] ?? 0) > 30, `${surges}`);
});

test("the ordinary wander of the load is no surge and no trend", () => {
  const random = new Random(2);
  const forecasts = follow(Array.from({ length: 2000 }, () => 10 + 0.3 * random.normal()));
  assert.equal(forecasts.filter(({ surge }) => surge !== null).length, 0);
  const highest = Math.max(...forecasts.map(({ expected }) => expected));
  assert.ok(highest < 11, `${highest}`);
});

test("another price is no rise: what is known moves with it, as far as the load has moved", () => {
  const [{ memory }] = follow([10]) as [Forecast];
  const dearer = reprice(memory, 4, 40);
  const after = forecast(dearer, 40, TIMES);
  assert.equal(after.surge, null);
  assert.ok(Math.abs(after.expected - 40) < 3, `${after.expected}`);
  assert.ok(Math.abs(reprice(memory, 4, 20).level - 20) < 1e-9, "half as many requests came");
  assert.ok(
    Math.abs(reprice(memory, 4, 5).level - memory.level) < 1e-9,
    "fewer came, and all of them cost less together",
  );
  assert.ok(Math.abs(reprice(memory, 0.25, 2).level - memory.level / 4) < 1e-9);
  assert.equal(reprice(memory, 1.02, 10), memory);
});
