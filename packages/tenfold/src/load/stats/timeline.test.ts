import assert from "node:assert/strict";
import { test } from "node:test";
import { recordOf } from "../testing/record.ts";
import { Timeline } from "./timeline.ts";

test("a request counts in the second in which it was intended, and its answer when it came", () => {
  const timeline = new Timeline();
  timeline.add(recordOf({ intendedAt: 900, sentAt: 2_000, endedAt: 2_100 }));
  const [first, second, third] = timeline.buckets;
  assert.equal(timeline.buckets.length, 3);
  assert.deepEqual([first?.requests, second?.requests, third?.requests], [1, 0, 0]);
  assert.deepEqual([first?.answered, second?.answered, third?.answered], [0, 0, 1]);
  assert.equal(first?.max, 1_200);
});

test("a failure counts as one, and as no answer", () => {
  const timeline = new Timeline();
  timeline.add(recordOf({ outcome: "reset" }));
  timeline.add(recordOf({ outcome: "cancelled" }));
  const [only] = timeline.buckets;
  assert.deepEqual([only?.requests, only?.failures, only?.answered], [1, 1, 0]);
});

test("a long run takes no more buckets, and loses no request", () => {
  const timeline = new Timeline();
  for (let second = 0; second < 5_000; second += 1)
    timeline.add(recordOf({ intendedAt: second * 1_000, sentAt: second * 1_000, endedAt: second * 1_000 + 5 }));
  assert.ok(timeline.buckets.length <= 600);
  assert.equal(timeline.width, 16_000);
  assert.equal(
    timeline.buckets.reduce((total, { requests }) => total + requests, 0),
    5_000,
  );
  assert.equal(
    timeline.buckets.reduce((total, { answered }) => total + answered, 0),
    5_000,
  );
});

test("latencies from a moment on are those of what was meant to be sent then or later", () => {
  const timeline = new Timeline(500);
  for (const [intendedAt, took] of [
    [0, 900],
    [999, 900],
    [1_000, 10],
    [5_000, 20],
  ] as const)
    timeline.add(recordOf({ intendedAt, sentAt: intendedAt, endedAt: intendedAt + took }));
  const since = timeline.latencySince(1_000);
  assert.deepEqual([since.count, since.max], [2, 20]);
  assert.equal(timeline.latencySince(0).count, 4);
  assert.equal(timeline.latencySince(60_000).count, 0);
});

test("timelines of different widths merge", () => {
  const long = new Timeline();
  for (let second = 0; second < 1_000; second += 1) long.add(recordOf({ intendedAt: second * 1_000 }));
  const short = new Timeline();
  short.add(recordOf({ intendedAt: 3_000, outcome: "timeout" }));
  const merged = new Timeline();
  merged.merge(structuredClone(short.toData()));
  merged.merge(structuredClone(long.toData()));
  merged.merge(structuredClone(short.toData()));
  assert.equal(merged.width, long.width);
  assert.equal(
    merged.buckets.reduce((total, { requests }) => total + requests, 0),
    1_002,
  );
  assert.equal(merged.buckets[1]?.failures, 2);
});
