import assert from "node:assert/strict";
import { test } from "node:test";
import type { FleetEvent } from "@tenfold/protocol";
import { Progress } from "./progress.ts";

/** What a progress writes, and the clock that it goes by. */
function shown(
  mock: { timers: { enable: (options: { apis: ("setInterval" | "Date")[]; now: number }) => void } },
  on: "a terminal" | "a log",
) {
  mock.timers.enable({ apis: ["setInterval", "Date"], now: 1_000 });
  let text = "";
  const isInteractive = on === "a terminal";
  const err = (more: string): void => {
    text += more;
  };
  const terminal = { isInteractive, hasColour: false, columns: 100, out: err, err };
  const progress = new Progress({ terminal, paint: (part) => part, verbose: false, quiet: false });
  return { progress, lines: () => text.split("\n").slice(0, -1) };
}

function step(kind: string, subject: string, outcome: "started" | "done"): FleetEvent {
  return { kind: "step", at: Date.now(), outcome, detail: null, step: { kind, subject } } as FleetEvent;
}

test("where there is no terminal, what takes long is told every ten seconds until it is done", ({ mock }) => {
  const { progress, lines } = shown(mock, "a log");
  progress.onEvent(step("ready", "web-1", "started"));
  mock.timers.tick(9_999);
  assert.deepEqual(lines(), []);
  mock.timers.tick(1);
  mock.timers.tick(10_000);
  assert.deepEqual(lines(), ["· still waiting for web-1 (10 s)", "· still waiting for web-1 (20 s)"]);
  progress.onEvent(step("ready", "web-1", "done"));
  progress.onEvent(step("drain", "web-2", "started"));
  mock.timers.tick(10_000);
  progress.close();
  mock.timers.tick(30_000);
  assert.deepEqual(lines().slice(2), ["✓ web-1          ready  20.0 s", "· still draining web-2 (10 s)"]);
});

test("on a terminal the last line tells it", ({ mock }) => {
  const { progress, lines } = shown(mock, "a terminal");
  progress.onEvent(step("ready", "web-1", "started"));
  mock.timers.tick(60_000);
  progress.close();
  assert.deepEqual(lines(), []);
});
