import assert from "node:assert/strict";
import { test } from "node:test";
import type { StatementFigures } from "./figures.ts";
import { grownStatements } from "./statements.ts";

const one = (id: string, calls: number, time: number): StatementFigures => ({ id, calls, time });

test("statements have done what their counters grew by, and new ones all that they have; idle ones are not told", () => {
  const grown = grownStatements(
    [one("1", 10, 100), one("2", 5, 50)],
    [one("1", 14, 900), one("2", 5, 50), one("3", 2, 7)],
  );
  assert.deepEqual(grown, { calls: 6, time: 807, slowest: [one("1", 4, 800), one("3", 2, 7)] });
});

test("what PostgreSQL forgot takes nothing from the others, and counters that were reset begin anew", () => {
  const before = [one("1", 1_000, 90_000), one("2", 3, 3)];
  assert.deepEqual(grownStatements(before, [one("2", 4, 5)]), { calls: 1, time: 2, slowest: [one("2", 1, 2)] });
  assert.deepEqual(grownStatements(before, [one("1", 2, 20)]), { calls: 2, time: 20, slowest: [one("1", 2, 20)] });
});

test("the twenty that took the most time are told, and all are counted", () => {
  const now = Array.from({ length: 30 }, (_, at) => one(`${at}`, 1, at));
  const { calls, slowest } = grownStatements([], now);
  assert.equal(calls, 30);
  assert.deepEqual([slowest.length, slowest[0]?.id, slowest.at(-1)?.id], [20, "29", "10"]);
});
