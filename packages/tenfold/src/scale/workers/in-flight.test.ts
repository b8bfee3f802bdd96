import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRule } from "../../spec/scaling/parse-rule.ts";
import { explain } from "../explain.ts";
import { NOTHING, POLICY, run } from "./run.fixture.ts";

const UNKNOWN = { ...NOTHING, inFlight: null };

test("the last worker stays while nobody knows whether it has a job, and what to tell is told", () => {
  const { last } = run({ from: 1, seconds: 3600, look: () => ({ sample: UNKNOWN }) });
  assert.equal(last.target, 1);
  assert.match(explain(last), /^stays 1: nothing queued, but in flight unknown, so one stays; .*prometheus\.inFlight/);
  assert.equal(run({ from: 3, seconds: 7200, look: () => ({ sample: UNKNOWN }) }).last.target, 1);
  assert.equal(run({ from: 0, seconds: 3600, look: () => ({ sample: UNKNOWN }) }).last.target, 0);
});

test("whoever finishes its job when it is asked to end may be asked, though nobody knows whether it has one", () => {
  const policy = { ...POLICY, finishes: true };
  const { last } = run({ policy, from: 1, seconds: 305, look: () => ({ sample: UNKNOWN }) });
  assert.equal(last.target, 0);
});

test("a rule does not take the last worker either, unless it is known to have no job", () => {
  const rule = parseRule("queue < 1 for 1m: -1");
  assert.ok(rule.ok);
  const policy = { ...POLICY, rules: [rule.value] };
  const { decisions, last } = run({ policy, from: 2, seconds: 3600, look: () => ({ sample: UNKNOWN }) });
  assert.equal(last.target, 1);
  assert.ok(decisions.some((one) => explain(one).includes("in flight unknown, so one stays")));
  assert.equal(run({ policy, from: 2, seconds: 3600, look: () => ({ sample: NOTHING }) }).last.target, 0);
});

test("what is not known is not told as nothing", () => {
  const sample = { ...UNKNOWN, queued: 40 };
  const { decisions } = run({ from: 1, seconds: 5, look: () => ({ sample }) });
  const [first] = decisions;
  assert.ok(first !== undefined);
  assert.match(explain(first), /40 queued, in flight unknown, oldest 0s: needs/);
});
