import assert from "node:assert/strict";
import { test } from "node:test";
import { constant } from "../arrivals/profile.ts";
import { seededRandom } from "../arrivals/random.ts";
import { arrivalTimes } from "../arrivals/times.ts";
import { type HttpSenderOptions, openSender } from "../http/sender.ts";
import type { LoadRecord } from "../record.ts";
import { Tally } from "../stats/tally.ts";
import { serve, type TestServer } from "../testing/server.ts";
import { runOpenLoop } from "./open-loop.ts";

interface Run {
  readonly records: readonly LoadRecord[];
  readonly tally: Tally;
  readonly sent: number;
}

async function load(url: string, rate: number, seconds: number, options: HttpSenderOptions = {}): Promise<Run> {
  using opened = await openSender(url, options);
  const records: LoadRecord[] = [];
  const tally = new Tally();
  const { sent } = await runOpenLoop({
    arrivals: arrivalTimes(constant(rate, seconds), "even", seededRandom(1)),
    send: opened.send,
    signal: new AbortController().signal,
    onRecord: (record) => {
      records.push(record);
      tally.add(record);
    },
  });
  return { records, tally, sent };
}

/** Answers at once, but for a time in which it answers nobody: those who came then are answered at its end. */
function stalling(after: number, milliseconds: number): Promise<TestServer> {
  let waiting: (() => void)[] | null = null;
  let count = 0;
  return serve((_, response) => {
    count += 1;
    if (count === after) {
      waiting = [];
      setTimeout(() => {
        for (const answer of waiting ?? []) answer();
        waiting = null;
      }, milliseconds);
    }
    const answer = (): void => void response.end("ok");
    if (waiting === null) answer();
    else waiting.push(answer);
  });
}

test("each arrival is one request and one record", async () => {
  await using server = await serve((_, response) => response.end("hello"));
  const { records, tally, sent } = await load(server.url, 500, 1);
  assert.equal(server.requests, 500);
  assert.equal(sent, 500);
  assert.equal(tally.outcomes.ok, 500);
  assert.equal(tally.requests, 500);
  assert.equal(tally.failures, 0);
  assert.deepEqual(
    records.map(({ index }) => index).toSorted((a, b) => a - b),
    Array.from({ length: 500 }, (_, index) => index),
  );
  assert.deepEqual([...tally.statuses], [[200, 500]]);
});

test("a server that stalls shows in the latency of all who would have come meanwhile", async () => {
  await using server = await stalling(100, 500);
  const { records } = await load(server.url, 400, 1.5);
  assert.equal(server.requests, 600);
  // At 400 a second, 200 come in the half second; whoever comes in its first half waits for more than the second one.
  const waited = records.filter(({ intendedAt, endedAt }) => endedAt - intendedAt > 200);
  assert.ok(waited.length >= 100, `only ${waited.length} waited`);
  assert.ok(records.every(({ outcome }) => outcome === "ok"));
});

test("waiting for one of too few connections counts as latency", async () => {
  await using server = await stalling(100, 500);
  const { records } = await load(server.url, 400, 1.5, { mostConnections: 2 });
  assert.equal(server.connections, 2);
  const waited = records.filter(({ intendedAt, endedAt }) => endedAt - intendedAt > 200);
  assert.ok(waited.length >= 100, `only ${waited.length} waited`);
});

test("a stop ends the arrivals, and what is in flight is still counted", async () => {
  const stop = new AbortController();
  await using server = await serve((_, response) => setTimeout(() => response.end(), 100));
  using opened = await openSender(server.url);
  const tally = new Tally();
  const end = await runOpenLoop({
    arrivals: arrivalTimes(constant(100, 3_600), "even", seededRandom(1)),
    send: (arrival) => {
      if (arrival.index === 20) stop.abort();
      return opened.send();
    },
    signal: stop.signal,
    onRecord: (record) => tally.add(record),
  });
  assert.equal(end.isComplete, false);
  assert.equal(tally.outcomes.ok, end.sent);
  assert.equal(server.requests, end.sent);
});

test("a generator that is held up itself says how late it was, and counts it as latency", async () => {
  await using server = await serve((_, response) => response.end());
  using opened = await openSender(server.url);
  const records: LoadRecord[] = [];
  const { health } = await runOpenLoop({
    arrivals: arrivalTimes(constant(200, 1), "even", seededRandom(1)),
    send: opened.send,
    signal: new AbortController().signal,
    onRecord: (record) => {
      records.push(record);
      if (records.length !== 50) return;
      const until = performance.now() + 300;
      while (performance.now() < until);
    },
  });
  assert.equal(records.length, 200);
  const late = records.filter(({ intendedAt, sentAt, endedAt }) => sentAt - intendedAt > 100 && endedAt > sentAt);
  assert.ok(late.length >= 30, `${late.length} were late`);
  assert.ok(health.lateness.max > 200);
  assert.ok(health.loopDelayMax > 200);
});

test("no more are in flight than may be; who comes then waits, and that is told", async () => {
  let most = 0;
  let under = 0;
  const { health, sent } = await runOpenLoop({
    arrivals: arrivalTimes(constant(500, 0.4), "even", seededRandom(1)),
    send: async () => {
      under += 1;
      most = Math.max(most, under);
      await new Promise((resolve) => setTimeout(resolve, 50));
      under -= 1;
      return { outcome: "ok", status: 200, error: null, attempts: 1, bytes: 0 };
    },
    signal: new AbortController().signal,
    onRecord: () => {},
    mostInFlight: 10,
  });
  assert.deepEqual([most, sent], [10, 200]);
  assert.ok(health.held > 0);
});
