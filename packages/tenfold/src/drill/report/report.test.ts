import assert from "node:assert/strict";
import { test } from "node:test";
import { DRILLS } from "../catalogue/catalogue.ts";
import type { Ending } from "../check/ending.ts";
import type { Evidence, RequestRecord } from "./evidence.ts";
import { renderPage } from "./page.ts";
import { buildResult, type Course, type DrillResult } from "./result.ts";
import { tablesOf } from "./tables.ts";
import { describePledge, formatTime, missesTarget } from "./words.ts";

const FAULT = 10_000;

function request(intendedAt: number, latency: number, ending: Ending = "ok"): RequestRecord {
  const times = { intendedAt, startedAt: intendedAt, endedAt: intendedAt + latency, latency };
  return {
    ...times,
    ending,
    status: ending === "ok" ? 200 : 503,
    retried: false,
    ...(ending === "ok" ? {} : { error: "status 503" }),
  };
}

/** A second before the fault and three after it; writes stop for 187 ms. */
function evidence(more: Partial<Evidence> = {}): Evidence {
  const times = Array.from({ length: 400 }, (_, at) => FAULT - 1_000 + at * 10);
  const written = times.filter((at) => at <= FAULT || at > FAULT + 180);
  const inserts = written.map((at, value) => ({ value, startedAt: at - 7, endedAt: at, ending: "ok" as const }));
  const nothing = { ok: 0, failed: 0, unknown: 0 };
  return {
    startedAt: FAULT - 1_000,
    endedAt: FAULT + 3_000,
    requests: times.map((at) => request(at, 2)),
    postgres: {
      inserts,
      inserted: { lost: [], doubled: [], unexpected: [], surfaced: 0 },
      transfers: [],
      bank: { reads: 1, wrong: [], transfers: nothing },
      history: [],
      anomalies: [],
      sessions: null,
    },
    redis: null,
    ...more,
  };
}

function course(more: Partial<Course> = {}): Course {
  const drill = DRILLS.find(({ name }) => name === "postgres-primary-killed");
  assert.ok(drill !== undefined);
  return {
    drill,
    url: "http://127.0.0.1:8080/",
    strokes: [{ member: "postgres-1", pid: 1, startTime: 1, how: "kill", at: FAULT }],
    failures: [],
    faultAt: FAULT,
    wholeAt: FAULT + 1_000,
    marks: [{ at: FAULT, kind: "strike", member: "postgres-1", text: "killed" }],
    noticedAt: () => FAULT + 12,
    ...more,
  };
}

function page(result: DrillResult): string {
  const machine = { cores: 2, memoryBytes: 2 ** 33, processor: "x", load: 0.1 };
  return renderPage({
    version: 1,
    fleet: "shop",
    seed: 7,
    machine,
    kept: result.kept,
    drills: [result],
    skipped: [],
    notes: [],
  });
}

test("an outage, the time to notice and the time to be whole are measured from the fault", () => {
  const result = buildResult(course(), evidence());
  assert.equal(result.kept, true);
  assert.deepEqual([result.postgres?.writeOutage, result.timeToDetect, result.timeToWhole], [190, 12, 1_000]);
  const { before, during, after } = result.requests.latency;
  assert.deepEqual([before.count, during.count, after.count], [100, 100, 200]);
});

test("an acknowledged write that is lost, a failed request and a fleet that stays broken break a drill", () => {
  const lost = evidence();
  assert.ok(lost.postgres !== null);
  const robbed = { ...lost.postgres, inserted: { ...lost.postgres.inserted, lost: [4] } };
  const broken = (result: DrillResult) => result.pledges.filter(({ kept }) => !kept).map(({ measure }) => measure);
  assert.deepEqual(broken(buildResult(course(), evidence({ postgres: robbed }))), ["lostWrites"]);
  const failing = [...lost.requests, request(FAULT + 5, 3, "failed")];
  assert.deepEqual(broken(buildResult(course(), evidence({ requests: failing }))), ["failedRequests"]);
  assert.deepEqual(broken(buildResult(course({ wholeAt: null }), evidence())), ["timeToWhole"]);
  assert.equal(buildResult(course({ failures: ["the deploy failed"] }), evidence()).kept, false);
});

test("what is within the limit and beyond the target is told, and is no failure", () => {
  const { pledges } = buildResult(course(), evidence());
  const outage = pledges.find(({ measure }) => measure === "writeOutage");
  assert.ok(outage !== undefined);
  assert.equal(missesTarget(outage), false);
  assert.equal(
    describePledge(outage),
    "longest time without an acknowledged write: 190 ms (at most 5.00 s, target 300 ms)",
  );
  assert.equal(missesTarget({ ...outage, found: 900 }), true);
  assert.deepEqual([null, 0.52, 187.4, 3_210, 41_000].map(formatTime), ["–", "0.5 ms", "187 ms", "3.21 s", "41.0 s"]);
});

test("the tables have a row for each kind of client that there was", () => {
  const [latencies, outcomes] = tablesOf(buildResult(course(), evidence()));
  assert.deepEqual(latencies?.rows.map(([name]) => name).filter(Boolean), ["requests", "writes"]);
  assert.deepEqual(
    outcomes?.rows.map(([name]) => name),
    ["requests", "writes", "transactions"],
  );
});

test("the timeline shows where nothing was written, and which requests failed", () => {
  const { timeline } = buildResult(
    course(),
    evidence({ requests: [...evidence().requests, request(FAULT + 5, 3, "failed")] }),
  );
  const at = (time: number) => timeline.slices.find((slice) => slice.at <= time && time < slice.at + timeline.width);
  assert.equal(at(100)?.writes, 0);
  assert.equal(at(500)?.writes, 5);
  assert.equal(at(5)?.failed, 1);
  assert.ok(timeline.slices.length <= 400);
});

test("the page holds whatever was told as text, never as markup", () => {
  const hostile = "<script>alert('x')</script>";
  const html = page(
    buildResult(
      course({ failures: [hostile], marks: [{ at: FAULT, kind: "repair", member: null, text: `done: ${hostile}` }] }),
      evidence(),
    ),
  );
  assert.ok(!html.includes("<script>"));
  assert.ok(html.includes("&lt;script&gt;"));
  assert.match(html, /<svg viewBox=/);
});
