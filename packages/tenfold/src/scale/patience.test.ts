import assert from "node:assert/strict";
import { test } from "node:test";
import type { Decision } from "./decision.ts";
import { afterDecision, FRESH_PATIENCE, keepFor, type Patience, wouldReverse } from "./patience.ts";

const CAUTION = { weight: 1, most: 3, fadesADay: 0.5 };
const MINUTE = 60_000;

function after(patience: Patience, change: number, minute: number): Patience {
  const why = { kind: "rules-quiet" } as const;
  const decision: Decision = { from: 10, target: 10 + change, wanted: 10 + change, why, held: null, bound: null };
  return afterDecision(patience, decision, { now: minute * MINUTE, seconds: 0 }, CAUTION);
}

test("a fall that is taken back raises caution once, however often the number then grows", () => {
  const fell = after(FRESH_PATIENCE, -1, 20);
  assert.ok(wouldReverse(fell, 25 * MINUTE));
  assert.ok(!wouldReverse(fell, 31 * MINUTE));
  const back = after(fell, 1, 25);
  assert.equal(back.caution, 1);
  assert.equal(after(after(back, 3, 26), 3, 27).caution, 1);
  assert.equal(after(fell, 1, 31).caution, 0);
  assert.equal(after({ ...fell, caution: 2.5 }, 1, 25).caution, 3);
});

test("caution fades by the day", () => {
  const { caution } = afterDecision(
    { ...FRESH_PATIENCE, caution: 2 },
    { from: 3, target: 3, wanted: 3, why: { kind: "rules-quiet" }, held: null, bound: null },
    { now: 0, seconds: 43_200 },
    CAUTION,
  );
  assert.equal(caution, 1.75);
});

test("the number to keep is the highest one of the window", () => {
  const times = { window: 2 * MINUTE };
  const first = keepFor(FRESH_PATIENCE, 9, { ...times, now: 0 });
  const second = keepFor(first.patience, 5, { ...times, now: MINUTE });
  const third = keepFor(second.patience, 4, { ...times, now: 2.5 * MINUTE });
  const fourth = keepFor(third.patience, 3, { ...times, now: 6 * MINUTE });
  assert.deepEqual(
    [first, second, third, fourth].map(({ keep }) => keep),
    [9, 9, 5, 3],
  );
});
