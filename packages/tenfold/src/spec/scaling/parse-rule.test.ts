import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRule } from "./parse-rule.ts";
import { formatRule } from "./rule.ts";

function text(rule: string): string {
  const parsed = parseRule(rule);
  return parsed.ok ? formatRule(parsed.value) : parsed.problems.map(({ message }) => message).join();
}

test("rules are read as people write them, and written back with their defaults", () => {
  const known = {
    "cpu > 70% for 5m": "cpu > 70% for 5m: +1",
    "CPU >= 70 % for 300s : +2": "cpu > 70% for 5m: +2",
    "queue > 100: +2": "queue > 100: +2",
    "queue < 10: -1": "queue < 10: -1",
    "p95 > 2x baseline": "p95 > 2x baseline: +1",
    "p95 > 250ms for 1m: +50%": "p95 > 250ms for 1m: +50%",
    "errors > 5%": "errors > 5%: hold",
    "memory > 80%": "memory > 80%: +1",
    "age > 30s: +3": "age > 30s: +3",
    "latency > 1s": "p95 > 1s: +1",
  };
  for (const [given, written] of Object.entries(known)) {
    assert.equal(text(given), written);
    assert.equal(text(written), written);
  }
});

test("what is no rule is told, with what would be right", () => {
  const wrong: Readonly<Record<string, RegExp>> = {
    "": /is no rule; write for example cpu > 70%/,
    "scale up when busy": /is no rule/,
    "cpuu > 70%": /no metric "cpuu" \(did you mean cpu\?\)/,
    "queue > 100 +2": /has no colon before \+2; write queue > 100: \+2$/,
    "errors > 5% hold": /write errors > 5%: hold$/,
    "cpu = 70%": /compares with =/,
    "cpu > 70": /compared with "70"; it must be a percentage such as 70%/,
    "cpu > 170%": /must be a percentage/,
    "queue > many": /a number such as 100/,
    "queue > 2x baseline": /a number such as 100/,
    "p95 > 250": /a duration such as 250ms/,
    "p95 >": /compared with nothing/,
    "cpu > 70% for ever": /"for ever" is no duration/,
    "cpu > 70%: more": /"more" is no action/,
    "cpu > 70%: -1": /removes instances when cpu is high/,
    "queue < 10: +1": /adds instances when queue is low/,
    "queue > 10: +0": /no action/,
  };
  for (const [given, message] of Object.entries(wrong)) {
    const parsed = parseRule(given);
    assert.ok(!parsed.ok, given);
    assert.match(parsed.problems[0]?.message ?? "", message);
  }
});
