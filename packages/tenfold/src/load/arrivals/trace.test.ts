import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTrace } from "./trace.ts";

test("each row of a trace holds until the next one", () => {
  assert.deepEqual(parseTrace("second,rps\n0,50\n10,100\n15,0\n"), {
    ok: true,
    value: [
      { seconds: 10, from: 50, to: 50 },
      { seconds: 5, from: 100, to: 100 },
      { seconds: 5, from: 0, to: 0 },
    ],
  });
});

test("requests by the minute become rates", () => {
  assert.deepEqual(parseTrace("minute, requests\r\n0,600\r\n1,1200\r\n"), {
    ok: true,
    value: [
      { seconds: 60, from: 10, to: 10 },
      { seconds: 60, from: 20, to: 20 },
    ],
  });
});

test("all that is wrong with a trace is told with its line", () => {
  const parsed = parseTrace("second,rps\n0,50\nten,3\n5,-1\n5,1\n5,2\n7");
  assert.deepEqual(parsed.ok ? [] : parsed.problems.map(({ path }) => path), ["line 3", "line 4", "line 6", "line 7"]);
});

test("columns that nobody named are refused, and so is a trace without rows", () => {
  assert.deepEqual(parseTrace("0,50\n"), {
    ok: false,
    problems: [{ path: "line 1", message: 'is "0,50"; it must name the columns: second,rps or minute,requests' }],
  });
  assert.equal(parseTrace("second,rps\n").ok, false);
});
