import assert from "node:assert/strict";
import { test } from "node:test";
import { millis } from "../../units/millis.ts";
import { explain } from "../explain.ts";
import { jobSecondsOf, learnJob } from "./learn.ts";
import { freshWorkerMemory, type WorkerMemory } from "./memory.ts";
import { NOTHING, POLICY, run } from "./run.fixture.ts";

const UNTOLD = { ...POLICY, jobSeconds: null };

function learned(works: readonly (readonly [busySeconds: number, jobs: number])[], jobSeconds: number | null): number {
  let memory: WorkerMemory = freshWorkerMemory(0, 1);
  for (const [busySeconds, jobs] of works)
    memory = { ...memory, ...learnJob(memory, { ...POLICY, jobSeconds }, { busySeconds, jobs }) };
  return jobSecondsOf(memory, { jobSeconds });
}

test("a long job costs all the looks that it took, not that in which it ended", () => {
  const looks = Array.from({ length: 30 }, (_, at) => [5, at % 3 === 2 ? 1 : 0] as const);
  assert.equal(learned(looks, null), 15);
});

test("a guess is worth nothing against a measurement, and a word of somebody ten", () => {
  assert.equal(learned([[8, 1]], null), 8);
  assert.equal(learned([], 8), 8);
  assert.equal(learned([[19, 1]], 8), 9);
});

test("what counted as finished and was not is taken back", () => {
  assert.equal(
    learned(
      [
        [5, -1],
        [5, 2],
      ],
      null,
    ),
    10,
  );
});

test("what a job costs is said to be assumed until it is measured or told", () => {
  const look = () => ({ sample: { ...NOTHING, queued: 4, inFlight: 1 }, busy: 1 });
  assert.match(explain(run({ policy: UNTOLD, from: 1, seconds: 5, look }).last), /× 1 s \(assumed\), 4 queued/);
  assert.match(explain(run({ from: 1, seconds: 5, look }).last), /× 2 s, 4 queued/);
});

test("told that jobs take long, a short backlog needs more workers", () => {
  const look = () => ({ sample: { ...NOTHING, queued: 4, inFlight: 1 }, busy: 1 });
  const limit = millis(10_000);
  assert.equal(run({ policy: { ...UNTOLD, limit }, from: 1, seconds: 5, look }).last.target, 1);
  assert.ok(run({ policy: { ...UNTOLD, limit, jobSeconds: 8 }, from: 1, seconds: 5, look }).last.target > 1);
});

test("jobs that wait for too long while all workers are busy bring more, whatever the guess says", () => {
  const wait = (second: number, wanted: number, inFlight: number | null = wanted) => ({
    sample: { ...NOTHING, queued: 4, inFlight, oldest: second * 1000 },
    busy: wanted,
  });
  const { decisions } = run({ policy: UNTOLD, from: 1, seconds: 120, look: (second, wanted) => wait(second, wanted) });
  assert.ok(decisions.slice(0, 4).every(({ target }) => target === 1));
  assert.ok((decisions.at(-1)?.target ?? 0) >= 3);
  const unknown = run({ policy: UNTOLD, from: 1, seconds: 120, look: (second, wanted) => wait(second, wanted, null) });
  assert.ok(unknown.last.target >= 3);
  const idle = run({ policy: UNTOLD, from: 3, seconds: 120, look: (second, wanted) => wait(second, wanted, 0) });
  assert.equal(idle.last.target, 3, "more of those that do nothing do not help");
});
