import assert from "node:assert/strict";
import { test } from "node:test";
import { demoSessions } from "./demo-sessions.ts";
import { parseNewSession } from "./parse-session.ts";

const NOW = new Date("2026-11-20T22:00:00Z");

test("the same moment gives the same sessions", () => {
  assert.deepEqual(demoSessions(NOW), demoSessions(NOW));
});

test("a few hundred sessions fall on each of the 30 days up to now, in order, and none after", () => {
  const times = demoSessions(NOW).map(({ recorded_at }) => recorded_at);
  assert.ok(times.length > 300 && times.length < 500, `${times.length} sessions`);
  assert.equal(new Set(times.map((time) => time.slice(0, 10))).size, 30);
  assert.deepEqual(times, times.toSorted());
  assert.ok((times.at(-1) ?? "") <= NOW.toISOString());
});

test("each of them would be accepted from a visitor", () => {
  for (const { recorded_at, ...session } of demoSessions(NOW)) {
    assert.deepEqual(parseNewSession(session), { ok: true, session }, recorded_at);
  }
});
