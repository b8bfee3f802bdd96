import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRule } from "../../spec/scaling/parse-rule.ts";
import type { Rule } from "../../spec/scaling/rule.ts";
import { afterRules, chooseByRules, type RuleChoice } from "./decide.ts";
import { type Metrics, NO_RULE_MEMORY, type RuleMemory } from "./evaluate.ts";

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
  options: { from?: number; min?: number; deploying?: boolean } = {},
): { counts: number[]; last: RuleChoice } {
  let memory: RuleMemory = NO_RULE_MEMORY;
  let wanted = options.from ?? 4;
  const counts: number[] = [];
  let last: RuleChoice | null = null;
  for (let second = 0; second <= seconds; second += 5) {
    const context = { memory, deploying: options.deploying ?? false, now: second * 1000 };
    last = chooseByRules(list, metrics(second), { wanted, starting: 0 }, context);
    const target = Math.max(options.min ?? 0, last.wanted);
    const decision = { from: wanted, target, wanted: last.wanted, why: last.why, held: last.held, bound: null };
    memory = afterRules(last.memory, decision, context.now);
    wanted = target;
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

test("a crowd that comes right after a fall does not wait, and a fall waits after any change", () => {
  const list = rules("queue > 100: +2", "queue < 10: -1");
  const { counts } = watch(list, (second) => ({ queue: second === 5 ? 500 : 0 }), 310);
  assert.deepEqual(counts.slice(0, 3), [3, 5, 5]);
  assert.deepEqual(counts.slice(60), [5, 4, 4]);
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

test("a change that a bound undoes is none, and nothing waits for its effect", () => {
  const list = rules("queue > 100: +2", "queue < 10: -1");
  const { counts } = watch(list, (second) => ({ queue: second < 20 ? 0 : 500 }), 20, { from: 1, min: 1 });
  assert.deepEqual(counts, [1, 1, 1, 1, 3]);
});

test("while nobody looked, no threshold held", () => {
  const list = rules("cpu > 70% for 3m");
  const { last } = watch(list, () => ({ cpu: 0.9 }), 60);
  const later = (seconds: number): RuleChoice =>
    chooseByRules(
      list,
      { cpu: 0.9 },
      { wanted: 4, starting: 0 },
      { memory: last.memory, deploying: false, now: seconds * 1000 },
    );
  assert.equal(later(240).wanted, 4);
});
