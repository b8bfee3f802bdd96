import assert from "node:assert/strict";
import { test } from "node:test";
import { millis } from "../units/millis.ts";
import { lookAt, type QueueRun, runQueue } from "./queue-run.fixture.ts";

const LIBRARIES = ["bullmq", "rq"] as const;
const MAX_4 = {
  limit: millis(10_000),
  bounds: { min: 1, max: 4, schedules: [], connections: null },
};

test("jobs that get a hundred times as long wait for no multiple of the limit, and what they take is known in a minute", () => {
  for (const library of LIBRARIES) {
    const isLong = (second: number): boolean => second >= 900;
    const looks = runQueue({
      library,
      seconds: 2100,
      rate: (second) => (isLong(second) ? 1 : 8),
      jobSeconds: (second) => (isLong(second) ? 10 : 0.1),
    });
    assert.ok(lookAt(looks, 900).jobSeconds < 0.2);
    const { jobSeconds } = lookAt(looks, 960);
    assert.ok(Math.abs(jobSeconds - 10) < 4, `${library}: ${jobSeconds}`);
    const worst = lookAt(looks, 2100).worst(900);
    assert.ok(worst < 40, `${library}: the longest wait is ${worst} s`);
  }
});

test("that jobs have become short again is found as soon", () => {
  for (const library of LIBRARIES) {
    const isLong = (second: number): boolean => second < 900;
    const looks = runQueue({
      library,
      seconds: 1000,
      rate: (second) => (isLong(second) ? 1 : 8),
      jobSeconds: (second) => (isLong(second) ? 10 : 0.1),
    });
    const [before, after] = [lookAt(looks, 900).jobSeconds, lookAt(looks, 960).jobSeconds];
    assert.ok(before > 8 && after < 1, `${library}: ${before}, then ${after}`);
  }
});

test("a batch of long jobs after many short ones brings all workers that may be, within the limit", () => {
  for (const library of LIBRARIES) {
    const looks = runQueue({
      library,
      policy: MAX_4,
      seconds: 1200,
      rate: (second) => (second < 900 ? 4 : 0),
      jobSeconds: (second) => (second < 900 ? 0.1 : 6),
      put: { 900: 60 },
    });
    assert.ok(lookAt(looks, 900).decision.target <= 2);
    const reached = looks.find(({ second, decision }) => second >= 900 && decision.target === 4);
    assert.ok(reached !== undefined && reached.second <= 930, `${library}: ${reached?.second}`);
  }
});

test("a few long jobs among short ones are no change, and bring no crowd", () => {
  const mixed: Omit<QueueRun, "library"> = {
    seconds: 7200,
    rate: () => 5,
    jobSeconds: (_, random) => (random.next() < 0.01 ? 10 : 0.1),
  };
  for (const library of LIBRARIES) {
    const looks = runQueue({ library, ...mixed });
    const late = looks.filter(({ second }) => second > 1200);
    const most = Math.max(...late.map(({ jobSeconds }) => jobSeconds));
    assert.ok(most < 0.4, `${library}: ${most}`);
    assert.ok(Math.max(...late.map(({ decision }) => decision.target)) <= 4);
  }
});

test("where arrivals are not counted, jobs that were done at once do not multiply those that take long", () => {
  const looks = runQueue({
    library: "rq",
    seconds: 400,
    jobSeconds: (second) => (second < 60 ? 0.002 : 6),
    put: { 20: 8, 60: 8 },
  });
  for (const { second, decision } of looks) assert.ok(decision.target <= 4, `${decision.target} at ${second} s`);
  assert.ok(lookAt(looks, 400).worst(60) <= 40);
});

test("jobs that are taken out of a queue are not done at once", () => {
  const looks = runQueue({
    library: "bullmq",
    policy: MAX_4,
    seconds: 600,
    jobSeconds: () => 3,
    put: { 5: 200, 300: 140, 500: 40 },
    drained: 318,
  });
  for (const second of [300, 330, 600]) {
    const { jobSeconds } = lookAt(looks, second);
    assert.ok(Math.abs(jobSeconds - 3) < 0.4, `${jobSeconds} at ${second} s`);
  }
});

test("jobs that turn out to be short were little work: the level says no more than came", () => {
  const looks = runQueue({
    library: "bullmq",
    seconds: 60,
    jobSeconds: () => 0.1,
    put: { 20: 200 },
  });
  const { why } = lookAt(looks, 60).decision;
  assert.ok(why.kind === "workers");
  assert.ok(why.figures.arrivals < 200 / 60, `${why.figures.arrivals} jobs/s`);
});
