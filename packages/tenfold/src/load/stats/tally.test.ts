import assert from "node:assert/strict";
import { test } from "node:test";
import { OUTCOMES } from "../record.ts";
import { recordOf } from "../testing/record.ts";
import { Tally } from "./tally.ts";

test("each record counts once, by its outcome", () => {
  const tally = new Tally();
  for (const outcome of OUTCOMES) tally.add(recordOf({ outcome }));
  for (const outcome of OUTCOMES) assert.equal(tally.outcomes[outcome], 1, outcome);
  assert.equal(tally.requests, OUTCOMES.length - 1, "what was cancelled is no request");
  assert.equal(tally.failures, OUTCOMES.length - 2, "all but ok and cancelled");
  assert.equal(tally.latency.count, tally.requests);
});

test("latency counts from the intended send, service time from the send", () => {
  const tally = new Tally();
  tally.add(recordOf({ intendedAt: 100, sentAt: 400, endedAt: 450 }));
  assert.equal(tally.latency.max, 350);
  assert.equal(tally.service.max, 50);
});

test("what is sent a tick early counts from the send", () => {
  const tally = new Tally();
  tally.add(recordOf({ intendedAt: 100, sentAt: 99, endedAt: 104 }));
  assert.equal(tally.latency.max, 5);
});

test("errors are counted by their sentence, and many different ones take no more memory", () => {
  const tally = new Tally();
  for (let at = 0; at < 1_000; at += 1) tally.add(recordOf({ outcome: "check", error: `error ${at}` }));
  assert.ok(tally.errors.size <= 51);
  assert.equal(
    [...tally.errors.values()].reduce((total, count) => total + count, 0),
    1_000,
  );
});

test("merging the parts gives the whole", () => {
  const whole = new Tally();
  const parts = [new Tally(), new Tally()];
  for (let at = 0; at < 100; at += 1) {
    const record = recordOf({
      outcome: at % 10 === 0 ? "status" : "ok",
      status: at % 10 === 0 ? 500 : 200,
      error: at % 10 === 0 ? "status 500" : null,
      attempts: at % 25 === 0 ? 2 : 1,
      bytes: at,
      endedAt: at,
    });
    whole.add(record);
    parts[at % 2]?.add(record);
  }
  const merged = new Tally();
  for (const part of parts) merged.merge(structuredClone(part.toData()));
  const { statuses, ...rest } = merged.toData();
  const { statuses: wanted, ...others } = whole.toData();
  assert.deepEqual(rest, others);
  assert.deepEqual(new Map(statuses), new Map(wanted));
  assert.equal(merged.retried, 4);
  assert.equal(merged.errorRate, 0.1);
});
