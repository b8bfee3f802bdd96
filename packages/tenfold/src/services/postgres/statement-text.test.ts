import assert from "node:assert/strict";
import { test } from "node:test";
import { oneLine } from "./statement-text.ts";

const LINES: readonly [string, string][] = [
  ["SELECT  *\n\tFROM orders\n WHERE id = $1", "SELECT * FROM orders WHERE id = $1"],
  ["/* app: shop */ SELECT 1 -- of mine\nFROM t1", "SELECT ? FROM t1"],
  [
    "UPDATE users SET secret = 'it''s -- mine', n = 12.5e3 WHERE x = $12",
    "UPDATE users SET secret = ?, n = ? WHERE x = $12",
  ],
  ["SELECT e'a\\'b', $$c$$, $t$d$t$, E'\\\\', 'f'", "SELECT ?, ?, ?, ?, ?"],
  ['SELECT "a--b", "c""d\'e" FROM x2', 'SELECT "a--b", "c""d\'e" FROM x2'],
  ["SELECT $1 || 'never ends", "SELECT $1 || ?"],
  ["SELECT $1 /* nor does this", "SELECT $1"],
];

test("a statement is told on one line, without comments and constants", () => {
  for (const [text, line] of LINES) assert.equal(oneLine(text), line);
});

test("a long statement is cut", () => {
  const line = oneLine(`SELECT ${"column_, ".repeat(50)}x`);
  assert.equal(line.length, 120);
  assert.match(line, /…$/);
});
