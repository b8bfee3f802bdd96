import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseByRules, type RuleChoice } from "./decide.ts";
import { type Metrics, NO_RULE_MEMORY, type RuleMemory } from "./evaluate.ts";
import { parseRule } from "./parse.ts";
import type { Rule } from "./rule.ts";

function rules(...texts: string[]): Rule[] {
  return texts.map((text) => {
    const parsed = parseRule(text);
    assert.ok(parsed.ok, text);
    return parsed.value;
  });
}

/** Looks every 5 s from `from` to `to` seconds, and gives the numbers that were asked for. */
function watch(
  list: readonly Rule[],
  metrics: (second: number) => Metrics,
  seconds: number,
  options: { from?: number; deploying?: boolean } = {},
): { counts: number[]; last: RuleChoice } {
  let memory: RuleMemory = NO_RULE_MEMORY;
  let wanted = options.from ?? 4;
  const counts: number[] = [];
  let last: RuleChoice | null = null;
  for (let second = 0; second <= seconds; second += 5) {
    const context = { memory, deploying: options.deploying ?? false, now: second * 1000 };
    last = chooseByRules(list, metrics(second), { wanted, starting: 0 }, context);
    ({ memory, wanted } = last);
    counts.push(wanted);
  }
  assert.ok(last !== null);
  return { counts, last };
}

test("a threshold counts only when it holds for the whole time", () => {
  const list = rules("cpu > 70% for 5m");
  assert.equal(watch(list, () => ({ cpu: 0.9 }), 295).last.wanted, 4);
  assert.equal(watch(list, () => ({ cpu: 0.9 }), 300).last.wanted, 5);
  assert.equal(watch(list, (second) => ({ cpu: second === 150 ? 0.5 : 0.9 }), 400).last.wanted, 4);
});

test("the largest growth wins, and the next waits for its effect", () => {
  const { counts } = watch(rules("queue > 100: +2", "queue > 10: +1"), () => ({ queue: 500 }), 60);
  assert.equal(counts[0], 6);
  assert.equal(counts[11], 6);
  assert.equal(counts[12], 8);
});

test("errors and releases keep the number from falling, and only that", () => {
  const list = rules("queue < 10: -1", "errors > 5%", "queue > 100: +2");
  assert.equal(watch(list, () => ({ queue: 0, errors: 0 }), 0).last.wanted, 3);
  const held = watch(list, () => ({ queue: 0, errors: 0.2 }), 600).last;
  assert.deepEqual([held.wanted, held.held], [4, "rule"]);
  assert.equal(watch(list, () => ({ queue: 500, errors: 0.2 }), 0).last.wanted, 6);
  assert.equal(watch(list, () => ({ queue: 0 }), 600, { deploying: true }).last.wanted, 4);
});

test("a response time is compared with what is usual for it", () => {
  const list = rules("p95 > 2x baseline");
  assert.equal(watch(list, (second) => ({ p95: second < 600 ? 100 : 190 }), 700).last.wanted, 4);
  const slow = watch(list, (second) => ({ p95: second < 600 ? 100 : 300 }), 600).last;
  assert.equal(slow.wanted, 5);
  assert.deepEqual(slow.why, { kind: "rule", rule: "p95 > 2x baseline: +1", value: "300ms" });
  assert.equal(watch(list, () => ({ p95: 900 }), 600).last.wanted, 4, "slow from the start is usual");
});

test("a metric that is not known is no reason for anything", () => {
  assert.equal(watch(rules("cpu < 30%", "memory > 80%"), () => ({}), 600).last.wanted, 4);
});
