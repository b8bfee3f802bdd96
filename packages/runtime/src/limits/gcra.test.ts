import assert from "node:assert/strict";
import { test } from "node:test";
import { decide, type Rate } from "./gcra.ts";

const RATE: Rate = { limit: 10, interval: 100, burst: 5 };
const ONE = { cost: 1, extra: 0 };

test("a burst is admitted at once, then one an interval", () => {
  let arrival: number | null = null;
  const times: number[] = [];
  for (let now = 0; now <= 1_000; now += 10) {
    for (let more = true; more; ) {
      const outcome = decide(RATE, arrival, now, ONE);
      arrival = outcome.arrival;
      more = outcome.decision.allowed;
      if (more) times.push(now);
    }
  }
  assert.deepEqual(times, [0, 0, 0, 0, 0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]);
});

test("one who is refused is told when it is worth coming again, and comes in time", () => {
  const full = decide(RATE, null, 0, { cost: 5, extra: 0 });
  const refused = decide(RATE, full.arrival, 30, { cost: 2, extra: 0 });
  assert.deepEqual(
    { ...refused.decision, retryAfter: Math.round(refused.decision.retryAfter) },
    {
      allowed: false,
      remaining: 0,
      retryAfter: 170,
      reset: 470,
    },
  );
  assert.equal(refused.arrival, full.arrival, "a refusal costs nothing");
  assert.equal(decide(RATE, full.arrival, 200, { cost: 2, extra: 0 }).decision.allowed, true);
});

test("of what is wished beyond the cost as much is granted as there is", () => {
  assert.equal(decide(RATE, null, 0, { cost: 1, extra: 3 }).granted, 4);
  assert.equal(decide(RATE, null, 0, { cost: 1, extra: 100 }).granted, 5);
  assert.equal(decide(RATE, 500, 0, { cost: 1, extra: 100 }).granted, 0);
});

test("what was never seen, or long ago, has its whole burst", () => {
  assert.equal(decide(RATE, null, 50, ONE).decision.remaining, 4);
  assert.equal(decide(RATE, 10, 5_000, ONE).decision.remaining, 4);
});
