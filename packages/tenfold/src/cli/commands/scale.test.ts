import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../fault/fault.ts";
import { parseLasting, parseScale } from "./scale.ts";

function refusal(text: string, ...words: string[]): string {
  try {
    parseLasting(text, words.map(parseScale));
  } catch (error) {
    if (error instanceof Fault) return `${error.code}: ${error.message}; ${error.hint}`;
    throw error;
  }
  return "";
}

test("a number is set for a time with its unit, a minute to thirty days", () => {
  assert.equal(parseLasting("2h", [parseScale("web=6")]), 7_200_000);
  assert.equal(parseLasting("1h30m", []), 5_400_000);
  assert.equal(parseLasting("30d", []), 30 * 24 * 3_600_000);
  assert.match(refusal("10"), /^TF_ARGUMENT: --for "10" is no time; write a number with its unit, such as --for 30m/);
  for (const text of ["", " ", "soon", "-2h", "1.5"]) assert.match(refusal(text), /is no time/, text);
  assert.match(refusal("0s"), /^TF_ARGUMENT: --for 0s is too short; write a time from 1m to 30d; without --for/);
  assert.match(refusal("400d"), /--for 400d is too long/);
});

test("what is given back at once is not set for a time", () => {
  assert.match(refusal("2h", "web=5", "worker.mail=auto"), /--for does not go with worker\.mail=auto/);
});
