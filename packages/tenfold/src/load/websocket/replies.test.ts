import assert from "node:assert/strict";
import { test } from "node:test";
import { holds } from "./replies.ts";

test("a text holds another one only where that does not run on", () => {
  assert.ok(holds("<visitor 7>", "visitor 7"));
  assert.ok(holds("visitor 70, visitor 7", "visitor 7"));
  assert.ok(!holds("visitor 70", "visitor 7"));
  assert.ok(!holds("a visitor 70", "visitor 7"));
  assert.ok(holds("7!!", "7!"));
  assert.ok(!holds("anything", ""));
});
