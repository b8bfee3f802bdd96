import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTrace } from "./parse-trace.ts";

function rate(text: string): number[] {
  const parsed = parseTrace(text, "t");
  assert.ok(parsed.ok, text);
  return [...parsed.value.rate];
}

test("a rate holds until the next row", () => {
  assert.deepEqual(rate("second,rps\n0,10\n1,20\n4,5\n"), [10, 20, 20, 20, 5]);
  assert.deepEqual(rate("Second; RPS\r\n10;1.5\r\n11;2\r\n"), [1.5, 2]);
});

test("counts of minutes become a rate that changes evenly and keeps the level", () => {
  const rates = rate("minute,requests\n0,60\n1,180\n2,180\n");
  assert.equal(rates.length, 180);
  assert.deepEqual([rates[0], rates[179]], [1, 3]);
  assert.ok(rates.every((value, at) => at === 0 || value >= (rates[at - 1] ?? 0)));
  assert.ok(Math.abs((rates[59] ?? 0) - 2) < 0.05);
});

test("a Unix time is the start of the trace", () => {
  const parsed = parseTrace("second,rps\n1767600000,1\n", "t");
  assert.ok(parsed.ok);
  assert.equal(parsed.value.start, 1_767_600_000_000);
});

test("what is wrong is told by its line, all at once", () => {
  const messages = (text: string): string[] => {
    const parsed = parseTrace(text, "t");
    assert.ok(!parsed.ok, text);
    return parsed.problems.map(({ path, message }) => `${path}: ${message}`);
  };
  assert.match(
    messages("time,load\n1,2\n")[0] ?? "",
    /^line 1: found "time,load", where the heading must be second,rps/,
  );
  assert.match(messages("")[0] ?? "", /^line 1: found nothing/);
  assert.match(messages("second,rps\n")[0] ?? "", /^line 2: there is no row/);
  assert.deepEqual(messages("second,rps\n0,1\n1,-2\n1.5,3\n2\n0,4\n"), [
    'line 3: "1,-2" ends with no number from 0 to 1000000000',
    'line 4: "1.5,3" begins with no whole number of seconds',
    'line 5: "2" has 1 column, where 2 are right',
    'line 6: "0,4" is not later than the row before it (0)',
  ]);
  assert.match(messages("second,rps\n0,1\n99999999999,1\n")[0] ?? "", /days long; 400 are the most/);
});
