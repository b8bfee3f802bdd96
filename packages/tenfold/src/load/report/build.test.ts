import assert from "node:assert/strict";
import { test } from "node:test";
import { constant } from "../arrivals/profile.ts";
import type { LoadRecord } from "../record.ts";
import type { GeneratorHealth } from "../run/health.ts";
import { RunRecords, type RunResult } from "../run/result.ts";
import { Histogram } from "../stats/histogram.ts";
import { planFor } from "../testing/plan.ts";
import { recordOf } from "../testing/record.ts";
import { parseThreshold } from "../thresholds/threshold.ts";
import { buildReport } from "./build.ts";
import { renderHtml } from "./html.ts";
import type { LoadReport } from "./report.ts";

function health(own: Partial<GeneratorHealth>, late = 0): GeneratorHealth {
  const lateness = new Histogram();
  lateness.record(late);
  return { lateness: lateness.toData(), loopDelayP99: 0, loopDelayMax: 0, cpu: 0.2, held: 0, ...own };
}

async function report(
  records: readonly LoadRecord[],
  own: Partial<RunResult> = {},
  threshold = "errors < 50%",
): Promise<LoadReport> {
  const all = new RunRecords(1_000);
  for (const record of records) all.add(record);
  all.intend("/", 100);
  const { share: _, ...plan } = await planFor("http://127.0.0.1:1/", {
    arrivals: { kind: "open", profile: constant(10, 10), spacing: "even" },
  });
  const parsed = parseThreshold(threshold);
  assert.ok(parsed.ok);
  return buildReport({
    plan,
    result: {
      records: all,
      threads: 1,
      startedAt: 0,
      elapsed: 10_000,
      visits: records.length,
      abandoned: 0,
      isComplete: true,
      connections: { opened: 1, waited: 0 },
      health: health({}),
      ...own,
    },
    thresholds: [parsed.threshold],
    url: "http://127.0.0.1:1/?q=<script>",
    scenario: null,
    mostConnections: 10,
  });
}

const TEN: readonly LoadRecord[] = Array.from({ length: 10 }, (_, at) =>
  recordOf({
    intendedAt: at * 1_000,
    endedAt: at * 1_000 + 5,
    ...(at === 9 ? ({ outcome: "status", status: 500, error: "status <500>" } as const) : {}),
  }),
);

test("a report has the figures of the run", async () => {
  const { requests, failures, errorRate, rate, statuses, passed, latency, version } = await report(TEN);
  assert.deepEqual(
    { requests, failures, errorRate, version },
    { requests: 10, failures: 1, errorRate: 0.1, version: 1 },
  );
  assert.deepEqual(rate, { intended: 10, answered: 0.9 });
  assert.deepEqual(statuses, { 200: 9, 500: 1 });
  assert.equal(latency.max, 5);
  assert.equal(passed, true);
});

test("a run that was interrupted, crossed a threshold or had no good answer has not passed", async () => {
  assert.equal((await report(TEN, { isComplete: false })).passed, false);
  assert.equal((await report(TEN, {}, "errors < 1%")).passed, false);
  assert.equal((await report(TEN.slice(9), {}, "errors <= 100%")).passed, false);
});

for (const [what, own, wanted] of [
  ["sent late with its core taken", { health: health({ cpu: 0.3 }, 50) }, /more than 50 ms late.*it used 30 %/],
  ["was out of CPU", { health: health({ cpu: 0.97 }) }, /97 % of a core: use more --threads/],
  ["had too much in flight", { health: health({ held: 3 }) }, /in flight/],
  ["had no connection left", { connections: { opened: 10, waited: 5 } }, /5 requests waited for one of 10 connections/],
] as const) {
  test(`a generator that ${what} says so, in the report and on the page`, async () => {
    const told = await report(TEN, own);
    assert.match(told.generator.limits.join("\n"), wanted);
    assert.match(renderHtml(told), wanted);
  });
}

for (const [what, own, wanted] of [
  ["was stopped for a while", { loopDelayP99: 12, loopDelayMax: 2_000 }, /it stood still for up to 2000 ms/],
  ["was often kept from its work", { loopDelayP99: 30, loopDelayMax: 90 }, /more than 30 ms in 1 % of its turns/],
] as const) {
  test(`the generator of a closed loop that ${what} says so`, async () => {
    const lateness = new Histogram().toData();
    const { generator } = await report(TEN, { health: { ...health(own), lateness } });
    assert.match(generator.limits.join("\n"), wanted);
  });
}

test("what failed for want of ports on this machine is told as the generator's own", async () => {
  const failed = recordOf({ outcome: "connect", status: null, error: "no connection: EADDRNOTAVAIL" });
  const { generator } = await report([...TEN, failed, failed]);
  assert.match(generator.limits.join("\n"), /^2 requests failed here, since this machine had no free port left/);
});

test("a generator that did well says nothing", async () => {
  assert.deepEqual((await report(TEN)).generator.limits, []);
});

test("a page shows what servers and users wrote as text, and holds without any request", async () => {
  const page = renderHtml(await report(TEN));
  assert.ok(page.includes("status &lt;500&gt;") && !page.includes("<script"));
  const empty = renderHtml(await report([]));
  for (const one of [page, empty]) assert.doesNotMatch(one, /NaN|Infinity|undefined/);
});
