import assert from "node:assert/strict";
import { test } from "node:test";
import { processInterrupts } from "./interrupts.ts";

test("a terminal that goes away counts once, however often it is told, and never ends what puts things back", () => {
  const interrupts = processInterrupts();
  // Nobody waits yet: nothing to interrupt, and the one who comes later is told by the next write that fails.
  interrupts.hangUp();
  const first = interrupts.next();
  assert.ok(!first.aborted);
  const second: AbortSignal[] = [];
  first.addEventListener("abort", () => second.push(interrupts.next()));
  interrupts.hangUp();
  assert.ok(first.aborted);
  interrupts.hangUp();
  process.emit("SIGHUP", "SIGHUP");
  assert.deepEqual(
    second.map(({ aborted }) => aborted),
    [false],
  );
  // Somebody who asks is heard all the same.
  process.emit("SIGTERM", "SIGTERM");
  assert.deepEqual(
    second.map(({ aborted }) => aborted),
    [true],
  );
  assert.deepEqual([process.listenerCount("SIGINT"), process.listenerCount("SIGTERM")], [0, 0]);
  assert.equal(process.listenerCount("SIGHUP"), 1);
  process.removeAllListeners("SIGHUP");
});
