import assert from "node:assert/strict";
import { test } from "node:test";
import { Invalidations } from "./invalidations.ts";

test("what was told before something began does not concern it, and what was told since does", () => {
  const told = new Invalidations();
  const long = told.begin();
  told.record("a");
  const later = told.begin();
  told.record("b");
  assert.deepEqual([told.hasChanged("a", long), told.hasChanged("a", later)], [true, false]);
  assert.deepEqual([told.hasChanged("b", long), told.hasChanged("b", later)], [true, true]);
  assert.equal(told.hasChanged("c", long), false);
  told.record(null);
  assert.equal(told.hasChanged("c", long), true);
});

test("with nothing under way nothing is remembered, and with too much all counts as changed", () => {
  const told = new Invalidations();
  told.record("a");
  const since = told.begin();
  assert.equal(told.hasChanged("a", since), false);
  for (let at = 0; at < 10_001; at += 1) told.record(`k${at}`);
  assert.equal(told.hasChanged("never told", since), true);
  told.end();
  const next = told.begin();
  assert.equal(told.hasChanged("k1", next), false);
});
