import assert from "node:assert/strict";
import { test } from "node:test";
import { millis } from "../../units/millis.ts";
import { explain } from "../explain.ts";
import { decideWorkers } from "./decide.ts";
import { expectedSeconds, jobSecondsOf, learnJob } from "./learn.ts";
import { freshWorkerMemory, type WorkerMemory } from "./memory.ts";
import { NOTHING, POLICY, run } from "./run.fixture.ts";

const HANDS = { inHand: 0, isWaitedFor: false, seconds: 5 };
const UNTOLD = { ...POLICY, jobSeconds: null };

function learned(works: readonly (readonly [busySeconds: number, jobs: number])[], jobSeconds: number | null): number {
  let memory: WorkerMemory = freshWorkerMemory(0, 1);
  for (const [busySeconds, jobs] of works)
    memory = { ...memory, ...learnJob(memory, { ...POLICY, jobSeconds }, { busySeconds, jobs }, HANDS) };
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

/** Knows of thousands that a job takes 0.1 s. */
const SHORT: WorkerMemory = { ...freshWorkerMemory(0, 0.1), jobWeight: 2000, spread: 1 };

test("jobs that wait for too long while all workers are busy bring more, whatever has been measured", () => {
  const look = (second: number, wanted: number) => ({
    sample: { ...NOTHING, queued: 4, inFlight: wanted, oldest: second * 1000 },
    busy: wanted,
  });
  const { decisions, last } = run({ policy: UNTOLD, memory: SHORT, from: 1, seconds: 120, look });
  assert.ok(decisions.slice(0, 4).every(({ target }) => target === 1));
  assert.ok(last.target >= 3);
});

test("one that never gets ready does not keep others from coming", () => {
  const at = 60_000;
  const grown = (counts: { ready: number; starting: number }): number =>
    decideWorkers(
      UNTOLD,
      {
        sample: { ...NOTHING, at, queued: 9, inFlight: counts.ready, oldest: 55_000 },
        counts: { wanted: 3, busy: counts.ready, ...counts },
        deploying: false,
      },
      { ...SHORT, at: 55_000 },
      at,
    ).decision.target;
  assert.equal(grown({ ready: 2, starting: 1 }), 5);
  assert.equal(grown({ ready: 1, starting: 2 }), 3);
});

/** Teaches look by look, five seconds each; gives what is believed after each. */
function taught(looks: readonly (readonly [busySeconds: number, jobs: number])[], inHand = 0): number[] {
  let memory = SHORT;
  return looks.map(([busySeconds, jobs]) => {
    const hands = { inHand, isWaitedFor: true, seconds: 5 };
    memory = { ...memory, ...learnJob(memory, UNTOLD, { busySeconds, jobs }, hands) };
    return expectedSeconds(memory, UNTOLD);
  });
}

test("a few jobs that are far longer replace the mean of thousands, and few that are short again replace it as soon", () => {
  const [first = 0, second = 0, third = 0, ...rest] = taught([
    [18, 3],
    [18, 3],
    [6, 60],
    [6, 60],
  ]);
  assert.ok(first < 0.2, `${first} after one look`);
  assert.equal(second, 6);
  assert.equal(third, 6, "in doubt, for jobs that are taken out of the queue look so");
  assert.ok((rest[0] ?? 0) < 0.2, `${rest}`);
});

test("what is done at once is doubted, and forgotten when the next look does not say so", () => {
  const long = Array.from({ length: 10 }, () => [20, 4] as const);
  const believed = taught([...long, [15, 130], [20, 4], [20, 4]], 4);
  assert.ok(
    believed.slice(5).every((seconds) => Math.abs(seconds - 5) < 1),
    `${believed}`,
  );
});

test("jobs that are taken out of a queue and put back leave what is believed as it is", () => {
  const long = Array.from({ length: 10 }, () => [20, 4] as const);
  const believed = taught([...long, [20, 134], [20, 4], [20, -126], ...long, ...long], 4);
  assert.ok(
    believed.slice(5).every((seconds) => Math.abs(seconds - 5) < 3),
    `${believed}`,
  );
  assert.ok(Math.abs((believed.at(-1) ?? 0) - 5) < 1, `${believed}`);
});

test("one very long job among short ones is no change", () => {
  const mixed = taught([
    [5, 50],
    [65, 30],
    [5, 50],
    [5, 50],
  ]);
  assert.ok(
    mixed.every((seconds) => seconds < 0.2),
    `${mixed}`,
  );
});

test("jobs in hand that last for longer than is believed are believed, while others wait", () => {
  const looks = Array.from({ length: 6 }, () => [0, 0] as const);
  const waited = taught(looks, 3);
  assert.ok((waited.at(-1) ?? 0) >= 25, `${waited}`);
  assert.ok((taught(looks, 1).at(-1) ?? 9) < 0.2, "one may be the only one");
  const [after = 9] = taught([...looks, [0.5, 5]], 3).slice(-1);
  assert.ok(after < 0.2, "until one ends");
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
