import assert from "node:assert/strict";
import { test } from "node:test";
import { type GradientState, nextLimit } from "./gradient.ts";

const RULES = { min: 2, max: 200, tolerance: 1.5 };

/** A server with so many workers: requests beyond them wait. */
function settle(workers: number, windows: number, from: GradientState = { limit: 20, usual: null }): GradientState {
  let state = from;
  for (let at = 0; at < windows; at += 1) {
    const inFlight = Math.floor(state.limit);
    state = nextLimit(RULES, state, { mean: 10 * Math.max(1, inFlight / workers), inFlight });
  }
  return state;
}

test("a server that is used up gets a limit near what it can do, and not what is asked of it", () => {
  const { limit } = settle(50, 1_000);
  assert.ok(limit > 50 && limit < 100, `${limit}`);
});

test("a server that gets slower is given less, down to the least", () => {
  const before = settle(100, 300);
  const after = settle(10, 30, before);
  assert.ok(after.limit < before.limit * 0.6, `${before.limit} to ${after.limit}`);
  let state = after;
  for (let at = 0; at < 50; at += 1) state = nextLimit(RULES, state, { mean: 100_000, inFlight: 200 });
  assert.ok(state.limit >= RULES.min && state.limit < 20, `${state.limit}`);
});

test("a limit that is not reached stays, and none exceeds the most", () => {
  assert.equal(nextLimit(RULES, { limit: 20, usual: 10 }, { mean: 1_000, inFlight: 5 }).limit, 20);
  assert.equal(settle(10_000, 1_000).limit, RULES.max);
});

test("a server whose requests have got slower for good is found out, and used up again", () => {
  const before = settle(100, 300);
  let state = before;
  const limits: number[] = [];
  for (let at = 0; at < 300; at += 1) {
    const inFlight = Math.floor(state.limit);
    state = nextLimit(RULES, state, { mean: 100 * Math.max(1, inFlight / 100), inFlight });
    limits.push(state.limit);
  }
  assert.ok(Math.min(...limits) < 20 && state.limit > 100, `${Math.min(...limits)}, ${state.limit}`);
});

test("after a slow time the usual one comes down again", () => {
  let state: GradientState = { limit: 20, usual: 1_000 };
  for (let at = 0; at < 200; at += 1) state = nextLimit(RULES, state, { mean: 10, inFlight: 20 });
  assert.ok((state.usual ?? 0) < 50);
});
