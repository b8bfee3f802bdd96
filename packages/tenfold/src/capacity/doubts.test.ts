import assert from "node:assert/strict";
import { test } from "node:test";
import { doubtsOf } from "./doubts.ts";
import type { Knee } from "./measurement.ts";

function kneeAt(instances: number, machine: number, limit: Knee["limit"] = "application"): Knee {
  const busy = { web: machine / 2, balancer: 0.1, data: 0, generator: 0.2, machine };
  return { instances, rate: 100 * instances, limit, why: "", p95: 100, busy };
}

test("full cores make figures lower bounds, and idle ones do not", () => {
  const full = doubtsOf({ knees: [kneeAt(1, 1.2), kneeAt(2, 1.9)], cores: 2, quick: false, busyBefore: 0 });
  assert.equal(full.length, 1);
  assert.match(full[0] ?? "", /share this machine's 2 cores: with 2 instances 1\.9 of them were busy.*lower bounds/);
  const idle = doubtsOf({ knees: [kneeAt(1, 0.2), kneeAt(4, 0.3)], cores: 2, quick: false, busyBefore: 0 });
  assert.match(idle[0] ?? "", /never all busy/);
  assert.deepEqual(doubtsOf({ knees: [kneeAt(1, 0.4), kneeAt(2, 0.9)], cores: 16, quick: false, busyBefore: 0 }), []);
});

test("a busy machine, a tired generator, a reached bound and short runs are all said", () => {
  const knees = [kneeAt(1, 0.4, "generator"), kneeAt(2, 0.4, "most")];
  const doubts = doubtsOf({ knees, cores: 16, quick: true, busyBefore: 5 });
  for (const [at, pattern] of [/5 cores were busy/, /generator could not/, /--max-rate/, /short runs/].entries())
    assert.match(doubts[at] ?? "", pattern);
});
