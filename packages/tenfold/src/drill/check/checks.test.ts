import assert from "node:assert/strict";
import { test } from "node:test";
import { checkBank } from "./bank.ts";
import { checkCounters, type Increment } from "./counters.ts";
import { type Attempt, countEndings, type Ending } from "./ending.ts";
import { checkInserts, type Insert } from "./inserts.ts";
import { checkJobs } from "./jobs.ts";
import { latencyByPhase, summarise } from "./latency.ts";
import { lengthOf, longestGap } from "./outage.ts";
import { checkSessions, type SessionRead } from "./sessions.ts";

function attempt(endedAt: number, ending: Ending = "ok"): Attempt {
  return { startedAt: endedAt - 1, endedAt, ending };
}

function insert(value: number, ending: Ending = "ok"): Insert {
  return { ...attempt(value, ending), value };
}

test("an acknowledged insert that is not there is lost", () => {
  const verdict = checkInserts([insert(1), insert(2), insert(3, "failed"), insert(4, "unknown")], [1, 4]);
  assert.deepEqual(verdict, { lost: [2], doubled: [], unexpected: [], surfaced: 1 });
});

test("an insert that somebody sent a second time is caught", () => {
  assert.deepEqual(checkInserts([insert(1), insert(2)], [1, 2, 2]).doubled, [2]);
});

test("an insert that was said to have failed and is there, or that nobody sent, is unexpected", () => {
  assert.deepEqual(checkInserts([insert(1, "failed")], [1, 9]).unexpected, [1, 9]);
});

test("the outage is the longest time between two acknowledgements that ends after the fault", () => {
  const attempts = [attempt(0), attempt(500), attempt(510), attempt(520, "failed"), attempt(700), attempt(705)];
  assert.deepEqual(longestGap(attempts, 505, 706), { from: 510, to: 700, open: false });
  assert.equal(lengthOf(longestGap(attempts, 0, 706) ?? { from: 0, to: 0, open: false }), 500);
});

test("an outage that never ended is open", () => {
  assert.deepEqual(longestGap([attempt(0), attempt(10), attempt(900, "unknown")], 11, 1000), {
    from: 10,
    to: 1000,
    open: true,
  });
  assert.equal(longestGap([attempt(5, "failed")], 0, 10), null);
});

test("percentiles are of the smallest value that enough others do not exceed", () => {
  const values = Array.from({ length: 100 }, (_, at) => 100 - at);
  assert.deepEqual(summarise(values), { count: 100, p50: 50, p95: 95, p99: 99, max: 100 });
  assert.deepEqual(summarise([]), { count: 0, p50: 0, p95: 0, p99: 0, max: 0 });
});

test("a latency belongs to the phase in which it was meant to be sent", () => {
  const timed = [1, 10, 15, 20, 30].map((at) => ({ at, took: at }));
  const { before, during, after } = latencyByPhase(timed, 10, 20);
  assert.deepEqual([before.count, during.count, after.count], [1, 2, 2]);
  assert.equal(during.max, 15);
});

test("a bank in which money was made or lost is told, with when", () => {
  const transfers = countEndings([attempt(1), attempt(2, "unknown")]);
  const reads = [
    { at: 1, balances: [100, 100] },
    { at: 2, balances: [90, 100] },
  ];
  assert.deepEqual(checkBank(reads, 200, transfers), {
    reads: 2,
    wrong: [{ at: 2, sum: 190 }],
    transfers: { ok: 1, failed: 0, unknown: 1 },
  });
});

function read(seen: number, acknowledged: number, guarded = true): SessionRead {
  return { session: 1, at: 0, from: "read_1", guarded, acknowledged, seen };
}

test("a session that does not see what it wrote is told", () => {
  assert.equal(checkSessions([read(2, 2), read(2, 3)]).breaches[0]?.kind, "own write not seen");
});

test("a session that goes back in time is told", () => {
  assert.equal(checkSessions([read(5, 2), read(4, 2)]).breaches[0]?.kind, "went back in time");
});

test("reads that nobody guarded are counted, and accuse nobody", () => {
  assert.deepEqual(checkSessions([read(1, 2, false), read(2, 2, false), read(2, 2)]), {
    guarded: 1,
    breaches: [],
    unguarded: 2,
    behind: 1,
  });
});

function step(session: number, value: number | null, ending: Ending = "ok"): Increment {
  return { ...attempt(1, ending), session, value };
}

test("a session's counter that ends below what was acknowledged is lost", () => {
  const verdict = checkCounters([step(1, 1), step(1, 2), step(2, 1)], new Map([[1, 1]]));
  assert.deepEqual(verdict, { sessions: 2, lost: [1, 2], lostSteps: 2, doubled: [] });
});

test("a counter that fell back on the way is lost although it ends high", () => {
  const steps = [step(1, 1), step(1, 2), step(1, 3), step(1, 2), step(1, 3), step(1, 4)];
  assert.deepEqual(checkCounters(steps, new Map([[1, 4]])).lostSteps, 2);
});

test("an unknown step may count or not, a step that was sent twice is caught", () => {
  const steps = [step(1, 1), step(1, null, "unknown"), step(1, 3)];
  assert.deepEqual(checkCounters(steps, new Map([[1, 3]])).doubled, []);
  assert.deepEqual(checkCounters(steps, new Map([[1, 4]])).doubled, [1]);
});

test("a job that was accepted and never done is lost; one that was done twice is counted", () => {
  const jobs = [
    { id: "a", ending: "ok" },
    { id: "b", ending: "ok" },
    { id: "c", ending: "unknown" },
    { id: "d", ending: "failed" },
  ] as const;
  assert.deepEqual(checkJobs(jobs, ["a", "a", "c", "d"]), {
    enqueued: 2,
    lost: ["b"],
    doneTwice: ["a"],
    unexpected: ["d"],
  });
});
