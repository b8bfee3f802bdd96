import assert from "node:assert/strict";
import { cpus } from "node:os";
import { test } from "node:test";
import type { MachineFigures } from "../fleet/figures.ts";
import { eventually } from "../testing/eventually.ts";
import { MachineCores } from "./machine-cores.ts";

test("the machine's busy cores are known from the second look on, and one that computes is among them", async () => {
  const machine = new MachineCores();
  assert.equal(machine.look(), null);
  let seen: MachineFigures | null = null;
  await eventually("a busy core is seen", () => {
    const until = performance.now() + 200;
    while (performance.now() < until);
    seen = machine.look();
    return seen !== null && seen.busy > 0;
  });
  const { cores, busy } = seen ?? assert.fail();
  assert.equal(cores, cpus().length);
  assert.ok(busy <= cores + 1e-9, `${busy}`);
});
