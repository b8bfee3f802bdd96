import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTraffic, type Traffic } from "./parse-traffic.ts";

function traffic(text: string): Traffic {
  const parsed = parseTraffic(text);
  assert.ok(parsed.ok, text);
  return parsed.value;
}

function stretches(text: string): (readonly [seconds: number, from: number, to: number])[] {
  return traffic(text).stretches.map(({ seconds, from, to }) => [seconds, from, to]);
}

test("a rate holds until the next row, the last one for a second", () => {
  assert.deepEqual(stretches("second,rps\n0,50\n10,100\n15.5,0\n"), [
    [10, 50, 50],
    [5.5, 100, 100],
    [1, 0, 0],
  ]);
});

test("between counts of minutes the rate changes evenly, and a minute without a row had none", () => {
  assert.deepEqual(stretches("minute,requests\n5,600\n"), [
    [30, 10, 10],
    [30, 10, 10],
  ]);
  assert.deepEqual(stretches("minute,requests\n0,600\n3,1200\n"), [
    [30, 10, 10],
    [60, 10, 0],
    [60, 0, 0],
    [60, 0, 20],
    [30, 20, 20],
  ]);
});

test("semicolons, tabs, spaces, capitals, comments, empty lines and a byte order mark change nothing", () => {
  const plain = stretches("second,rps\n0,1.5\n1,2\n");
  for (const text of [
    "Second; RPS\r\n10;1.5\r\n11;2\r\n",
    "second\trps\n0\t1.5\n1\t2",
    "\uFEFF# of Monday\n\nsecond, rps\n# at night\n0, 1.5\n\n 1 , 2 \n",
  ])
    assert.deepEqual(stretches(text), plain, text);
});

test("a Unix time is the start", () => {
  assert.equal(traffic("second,rps\n1767600000,1\n").start, 1_767_600_000_000);
  assert.equal(traffic("minute,requests\n29460000,1\n").start, 1_767_600_000_000);
  assert.equal(traffic("second,rps\n3600,1\n").start, 0);
  assert.deepEqual(stretches("second,rps\n1767600000.1,1\n1767600000.3,2\n"), [
    [0.2, 1, 1],
    [1, 2, 2],
  ]);
});

test("what is wrong is told by its line, all at once", () => {
  const messages = (text: string): string[] => {
    const parsed = parseTraffic(text);
    assert.ok(!parsed.ok, text);
    return parsed.problems.map(({ path, message }) => `${path}: ${message}`);
  };
  assert.match(
    messages("time,load\n1,2\n")[0] ?? "",
    /^line 1: found "time,load", where the heading must be second,rps/,
  );
  assert.match(messages("0,50\n")[0] ?? "", /^line 1: found "0,50"/);
  assert.match(messages("")[0] ?? "", /^line 1: found nothing/);
  assert.match(messages("# x\nsecond,rps\n")[0] ?? "", /^line 3: there is no row/);
  assert.deepEqual(messages("second,rps\n0,1\n1,-2\nten,3\n2\n0,4\n"), [
    'line 3: "1,-2" ends with no number from 0 to 1000000000',
    'line 4: "ten,3" begins with no number of seconds',
    'line 5: "2" has 1 column, where 2 are right',
    'line 6: "0,4" is not later than the row before it (0)',
  ]);
  assert.deepEqual(messages("minute,requests\n0,1\n1.5,2\n"), [
    'line 3: "1.5,2" begins with no whole number of minutes',
  ]);
  assert.match(messages("second,rps\n1767600000000,1\n")[0] ?? "", /a time in milliseconds, where seconds are right/);
  assert.match(messages("minute,requests\n1767600000,1\n")[0] ?? "", /a time in seconds, where minutes are right/);
  assert.match(messages("second,rps\n0,1\n9999999999,1\n")[0] ?? "", /days long; 400 are the most/);
});
