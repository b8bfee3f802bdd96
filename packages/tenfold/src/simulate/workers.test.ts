import assert from "node:assert/strict";
import { test } from "node:test";
import { waitProbability } from "../fleet/erlang.ts";
import { fixed } from "./policies/fixed.ts";
import type { Score } from "./score.ts";
import { simulateWorkers, type WorkerEngine, workerEngineOf, workerStage } from "./workers.ts";
import { WORKER_WORLD, type World } from "./world.ts";

const ENGINES: readonly WorkerEngine[] = ["jobs", "fluid"];

interface Run {
  readonly rates: readonly number[];
  readonly workers: number;
  readonly world?: Partial<World>;
  readonly engine?: WorkerEngine;
}

function run({ rates, workers, world = {}, engine = "jobs" }: Run): Score {
  const trace = { name: "made", start: 0, rate: Float64Array.from(rates) };
  return simulateWorkers(workerStage(trace, { ...WORKER_WORLD, ...world }), fixed("", workers), engine);
}

function level(rate: number, seconds: number): number[] {
  return Array<number>(seconds).fill(rate);
}

test("as many jobs wait longer than a limit as Erlang's formula says, one by one or in bulk", () => {
  const cases = [
    { workers: 4, rate: 1.8, limit: 5 },
    { workers: 20, rate: 9.2, limit: 3 },
  ];
  for (const { workers, rate, limit } of cases) {
    const load = 2 * rate;
    const expected = 100 * waitProbability(workers, load) * Math.exp((-(workers - load) * limit) / 2);
    for (const engine of ENGINES) {
      const rates = level(rate, 200_000);
      const { violationPercent } = run({ rates, workers, engine, world: { slo: { limit, late: 0.001 } } });
      // Erlang's service times are exponential, these are log-normal with the same mean and deviation.
      const where = `${engine}, ${workers} workers: ${violationPercent}, not ${expected}`;
      assert.ok(Math.abs(violationPercent / expected - 1) < 0.15, where);
    }
  }
});

test("jobs that are all alike wait less than those that differ", () => {
  for (const engine of ENGINES) {
    const late = (variation: number): number =>
      run({
        rates: level(1.8, 100_000),
        workers: 4,
        engine,
        world: { service: { mean: 2, variation }, slo: { limit: 10, late: 0.001 } },
      }).violationPercent;
    assert.ok(late(0) < late(1) - 5 && late(1) < late(2) - 5, `${engine}: ${late(0)}, ${late(1)}, ${late(2)}`);
  }
});

test("every job counts once, and who waits at the end is late if it will be", () => {
  for (const engine of ENGINES) {
    const end = (rates: readonly number[], workers: number, min = 1): Score =>
      run({ rates, workers, engine, world: { min, slo: { limit: 30, late: 0.001 } } });
    // 120,000 jobs, of which one worker does 75 within 150 s; those that came in the last moments are not late by much.
    const buried = end(level(1000, 120), 1);
    assert.ok(buried.violationPercent > 99.8, `${engine}: ${buried.violationPercent}`);
    // 60 wait at the end, which is done in 12 s.
    assert.equal(end([...level(0, 50), ...level(60, 1)], 10).violationPercent, 0);
    // 600 wait, of which 150 are taken in time.
    const some = end([...level(0, 50), ...level(600, 1)], 10).violationPercent;
    assert.ok(some > 65 && some < 82, `${engine}: ${some}`);
    assert.equal(end(level(5, 60), 0, 0).violationPercent, 100);
  }
});

test("single jobs are the usual, the fluid engine is for more than ten million", () => {
  const trace = (rate: number): Parameters<typeof workerEngineOf>[0] => ({
    name: "",
    start: 0,
    rate: Float64Array.from(level(rate, 100)),
  });
  assert.equal(workerEngineOf(trace(99_999)), "jobs");
  assert.equal(workerEngineOf(trace(100_001)), "fluid");
});
