import assert from "node:assert/strict";
import { test } from "node:test";
import { Tally } from "../stats/tally.ts";
import { recordOf } from "../testing/record.ts";
import { unmeasurable } from "./check.ts";
import { judge } from "./judge.ts";
import { parseThreshold, type Threshold } from "./threshold.ts";

function threshold(text: string): Threshold {
  const parsed = parseThreshold(text);
  assert.ok(parsed.ok, text);
  return parsed.threshold;
}

/** 100 requests of 1 to 100 ms in 10 s, of which those above 98 ms failed; 200 were intended. */
function measured(): { total: Tally; steps: Map<string, Tally>; seconds: number } {
  const total = new Tally();
  const login = new Tally();
  for (let at = 1; at <= 100; at += 1) total.add(recordOf({ endedAt: at, outcome: at > 98 ? "timeout" : "ok" }));
  login.add(recordOf({ endedAt: 7 }));
  total.intended = 200;
  login.intended = 1;
  return { total, steps: new Map([["login", login]]), seconds: 10 };
}

function isKept(text: string): boolean | undefined {
  return judge([threshold(text)], measured())[0]?.isKept;
}

for (const [text, kept] of Object.entries({
  "p95 < 96ms": true,
  "p95<94ms": false,
  "P50 <= 1s": true,
  "max < 100ms": false,
  "max <= 100ms": true,
  "mean > 50ms": true,
  "avg < 50.4ms": false,
  "errors < 2%": false,
  "errors <= 2%": true,
  "errors < 3": true,
  "errors < 2": false,
  "rate > 9.7": true,
  "rate > 9.9": false,
  "rate >= 49%": true,
  "rate >= 50%": false,
  "login: rate >= 100%": true,
  "login: p99 < 8ms": true,
  "login: p99 < 6ms": false,
  "logout: p99 < 1h": false,
})) {
  test(`${text} is ${kept ? "kept" : "crossed"} by what was measured`, () => assert.equal(isKept(text), kept));
}

test("a check that saw nothing has not passed", () => {
  const nothing = { total: new Tally(), steps: new Map(), seconds: 1 };
  for (const text of ["errors < 1%", "p95 < 1s", "rate > 0%"])
    assert.deepEqual(
      judge([threshold(text)], nothing).map(({ isKept: kept, actual }) => [kept, actual]),
      [[false, null]],
    );
});

for (const [text, problem] of Object.entries({
  "p95 < 250": "with its unit",
  "p95 250ms": "is no threshold",
  "p101 < 1s": "no percentile",
  "p0 < 1s": "no percentile",
  "errors < 1ms": "a share such as 0.1%",
  "speed < 3": "not measured",
  "errors < 150%": "no share is above 100%",
  "rate > 100%": "can never be kept",
  "errors < 0": "can never be kept",
  "p95 < 0ms": "can never be kept",
  "max <= 0s": "can never be kept",
  "p95 == 3ms": "is no threshold",
  "p95 < 1s > 2s": "with its unit",
  "": "is no threshold",
})) {
  test(`${JSON.stringify(text)} is refused with what would be right`, () => {
    const parsed = parseThreshold(text);
    assert.ok(!parsed.ok && parsed.problem.includes(problem), JSON.stringify(parsed));
  });
}

test("what a run will not measure is told before it begins", () => {
  const measurable = { names: ["login", "GET /"], isOpen: false };
  const why = (text: string): string | null => unmeasurable(threshold(text), measurable);
  assert.match(why("lgin: p95 < 1s") ?? "", /the step lgin, which does not exist; did you mean login\?/);
  assert.match(why("checkout: p95 < 1s") ?? "", /there are login, GET \//);
  assert.match(why("rate > 98%") ?? "", /rate > 50/);
  for (const text of ["login: p95 < 1s", "GET /: errors < 1%", "rate > 5"]) assert.equal(why(text), null);
  assert.equal(unmeasurable(threshold("rate > 98%"), { ...measurable, isOpen: true }), null);
});
