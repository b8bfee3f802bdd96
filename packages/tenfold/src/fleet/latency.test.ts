import assert from "node:assert/strict";
import { test } from "node:test";
import type { WebFigures } from "./figures.ts";
import { answerPercentile, answerSum, answersBelow, type LatencyLook, recentLatency } from "./latency.ts";

/** The bucket of a time in milliseconds. */
function bucket(milliseconds: number): number {
  const text = `${Math.floor(milliseconds * 1_000)}`;
  return Number(text.slice(0, 2).padEnd(text.length, "0"));
}

function countsOf(times: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const time of times) counts.set(bucket(time), (counts.get(bucket(time)) ?? 0) + 1);
  return counts;
}

function look(at: number, counts: ReadonlyMap<number, number>, process = 1): LatencyLook {
  return { at: at * 1_000, web: { answers: { process, counts } } as Pick<WebFigures, "answers"> };
}

/** So many answers of 12 ms. */
function plain(count: number): Map<number, number> {
  return new Map([[12_000, count]]);
}

test("percentiles are right within a tenth, from microseconds to minutes", () => {
  for (const scale of [0.02, 1, 7, 300, 60_000]) {
    const times = Array.from({ length: 2_000 }, (_, at) => scale * (1 + ((at * 7_919) % 2_000) / 100));
    const sorted = times.toSorted((a, b) => a - b);
    for (const percent of [1, 50, 90, 95, 99, 100]) {
      const exact = sorted[Math.ceil(percent * 20) - 1] ?? 0;
      const found = answerPercentile(countsOf(times), percent);
      assert.ok(Math.abs(found - exact) <= exact * 0.1, `${percent} of ${scale}: ${found} for ${exact}`);
    }
  }
});

test("one slow answer of ten is the 95th percentile, and not the median", () => {
  const counts = countsOf([...Array(900).fill(12), ...Array(100).fill(250)]);
  assert.equal(Math.round(answerPercentile(counts, 50)), 13);
  assert.ok(Math.abs(answerPercentile(counts, 90) - 13) < 0.01);
  assert.ok(Math.abs(answerPercentile(counts, 95) - 255) < 1);
  assert.equal(answersBelow(counts, 250), 900);
  assert.equal(answersBelow(counts, 260), 1_000);
  assert.equal(answerSum(counts), 900 * 12.5 + 100 * 255);
});

test("what was answered since the look before is told, with how much it is of", () => {
  const before = countsOf(Array(1_000).fill(900));
  const now = new Map([...before, [bucket(20), 150]]);
  const latency = recentLatency([look(0, before), look(5, now)]);
  assert.deepEqual([latency?.answers, latency?.seconds], [150, 5]);
  assert.ok(latency !== null && latency.p99 < 21, `${latency?.p99}`);
});

test("where a look has few answers, those of the minute before it are counted too", () => {
  const looks = Array.from({ length: 13 }, (_, at) => look(at * 5, plain(at * 15)));
  assert.deepEqual(
    [recentLatency(looks)?.answers, recentLatency(looks)?.seconds],
    [105, 35],
    "no further back than a hundred answers need",
  );
  const slow = Array.from({ length: 40 }, (_, at) => look(at * 5, plain(at * 4)));
  assert.deepEqual([recentLatency(slow)?.answers, recentLatency(slow)?.seconds], [48, 60]);
});

test("too few answers, no look before, or a balancer that is silent say nothing", () => {
  const rare = Array.from({ length: 40 }, (_, at) => look(at * 5, plain(at * 3)));
  assert.equal(recentLatency(rare), null);
  assert.equal(recentLatency([look(0, plain(500))]), null);
  assert.equal(recentLatency([]), null);
  assert.equal(recentLatency([look(0, plain(0)), look(5, plain(500)), { at: 10_000, web: null }]), null);
});

test("a look at which the balancer was silent costs nothing, and one after a long pause counts nothing from before it", () => {
  const silent = [look(0, plain(0)), { at: 5_000, web: null }, look(10, plain(200))];
  assert.deepEqual([recentLatency(silent)?.answers, recentLatency(silent)?.seconds], [200, 10]);
  const paused = [look(0, plain(0)), look(600, plain(9_000)), look(605, plain(9_100))];
  assert.deepEqual([recentLatency(paused)?.answers, recentLatency(paused)?.seconds], [100, 5]);
  assert.equal(recentLatency(paused.slice(0, 2)), null);
});

test("a balancer that was reloaded counts from zero, whether or not it has counted more since", () => {
  const reloaded = (since: number): LatencyLook[] => [look(0, plain(0)), look(5, plain(80)), look(10, plain(since), 2)];
  assert.equal(recentLatency(reloaded(50))?.answers, 130);
  assert.equal(recentLatency(reloaded(90))?.answers, 170);
});
