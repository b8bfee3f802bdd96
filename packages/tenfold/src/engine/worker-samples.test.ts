import assert from "node:assert/strict";
import { test } from "node:test";
import type { QueueFigures } from "../fleet/figures.ts";
import type { WorkerSample } from "../scale/workers/policy.ts";
import { observation } from "./autoscaler.fixture.ts";
import { workerSample } from "./worker-samples.ts";

const BULL = { kind: "library", library: "bullmq" } as const;
const EMPTY: QueueFigures = { queued: 0, inFlight: 0, oldest: 0, arrived: 0 };

/** What is seen of two looks that are five seconds apart. */
function seen(
  last: Partial<QueueFigures>,
  queue: Partial<QueueFigures>,
  places = 10,
  library = "bullmq",
): WorkerSample {
  const at = (moment: number, figures: Partial<QueueFigures>) => ({
    ...observation(moment, { requests: 0 }),
    queues: new Map([["reports", { ...EMPTY, ...figures }]]),
  });
  const source = { ...BULL, library: library as "bullmq" };
  const pair = { before: at(0, last), now: at(5_000, queue) };
  return workerSample({ ...pair, name: "reports", source, places }) ?? assert.fail();
}

test("a job that is put off arrives when it is due, and counts as done when it is", () => {
  const put = seen({ later: { jobs: 0, due: null } }, { arrived: 50, later: { jobs: 50, due: 60_000 } });
  assert.deepEqual([put.arrivals, put.work?.jobs, put.due], [0, 0, 60_000]);
  const due = seen(
    { arrived: 50, later: { jobs: 50, due: 1_000 } },
    { arrived: 50, queued: 8, inFlight: 2, later: { jobs: 40, due: 4_000 } },
  );
  assert.deepEqual([due.arrivals, due.work?.jobs], [2, 0]);
});

test("a job that failed and has to wait is not done", () => {
  const failed = seen(
    { arrived: 9, inFlight: 1, later: { jobs: 0, due: null } },
    { arrived: 9, later: { jobs: 1, due: 9_000 } },
  );
  assert.deepEqual([failed.arrivals, failed.work?.jobs], [0, 0]);
});

test("what is reserved beyond what workers can work on keeps nobody busy", () => {
  assert.equal(seen({ arrived: 99, inFlight: 100 }, { arrived: 99, inFlight: 100 }, 2).work?.busySeconds, 10);
});

test("what workers counted is what they did, unless some of them are gone", () => {
  const done = (jobs: number, seconds: number | null): Partial<QueueFigures> => ({
    arrived: null,
    done: { jobs, seconds },
  });
  assert.deepEqual(seen(done(4, 32), done(6, 48)).work, { busySeconds: 16, jobs: 2 });
  assert.equal(seen(done(4, 32), done(6, 30)).work, null);
  const held = seen({ ...done(4, null), inFlight: 3 }, { ...done(6, null), inFlight: 3 });
  assert.deepEqual(held.work, { busySeconds: 15, jobs: 2 });
});

test("none that Celery's workers have reserved says nothing of what they work on", () => {
  assert.equal(seen({ arrived: null }, { arrived: null }, 10, "celery").inFlight, null);
  assert.equal(seen({ arrived: null }, { arrived: null, inFlight: 2 }, 10, "celery").inFlight, 2);
  assert.equal(seen({}, {}).inFlight, 0);
});

test("where arrivals are not counted, what workers had in hand is work that came, however many jobs it was", () => {
  const counted = seen({ arrived: 7 }, { arrived: 9 });
  assert.deepEqual([counted.arrivals, counted.busy], [0.4, undefined]);
  const fewer = seen({ arrived: null, queued: 9, inFlight: 2 }, { arrived: null, queued: 4, inFlight: 2 });
  assert.deepEqual([fewer.arrivals, fewer.busy], [-1, 2]);
});
