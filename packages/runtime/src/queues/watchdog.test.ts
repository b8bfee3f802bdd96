import assert from "node:assert/strict";
import { test } from "node:test";
import { type Look, Watchdog } from "./watchdog.ts";

function looks(...seen: readonly Partial<Look>[]): boolean[] {
  const watchdog = new Watchdog(10, 2);
  return seen.map((look) => watchdog.look({ at: 0, steps: 5, running: 0, waiting: 1, ...look }));
}

test("a worker that takes nothing while jobs wait is wedged after its time, and not before", () => {
  assert.deepEqual(looks({ at: 0 }, { at: 5 }, { at: 14 }, { at: 15 }), [false, false, false, true]);
});

test("a job that was begun or ended, an empty queue and a full worker begin the time anew", () => {
  assert.deepEqual(looks({ steps: 4 }, { at: 5 }, { at: 12 }, { at: 21 }, { at: 22 }), [
    false,
    false,
    false,
    false,
    true,
  ]);
  assert.deepEqual(looks({ at: 0 }, { at: 5 }, { at: 12, waiting: 0 }, { at: 20 }, { at: 29 }), Array(5).fill(false));
  assert.deepEqual(looks({ at: 0 }, { at: 5 }, { at: 12, running: 2 }, { at: 20 }, { at: 29 }), Array(5).fill(false));
});

test("one of two jobs that hangs does not hide that nothing else is taken", () => {
  assert.deepEqual(looks({ running: 1 }, { at: 1, running: 1 }, { at: 20, running: 1 }), [false, false, true]);
});
