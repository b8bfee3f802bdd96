import assert from "node:assert/strict";
import { test } from "node:test";
import type { WebSample } from "../../scale/web/sample.ts";
import { hpa } from "./hpa.ts";
import { kpa } from "./kpa.ts";
import type { Look } from "./policy.ts";
import { targetTracking } from "./target-tracking.ts";
import { keda } from "./workers.ts";

const BOUNDS = { min: 2, max: 50 };

/** A look at so many that are all ready, whose measurements did not arrive. */
function blind(count: number, second: number): Look & { readonly sample: null; readonly counts: { readonly busy: 0 } } {
  const counts = { wanted: count, ready: count, starting: 0, busy: 0 as const };
  return { sample: null, counts, deploying: false, second, now: second * 1000 };
}

test("models of others hold the number that there is while they have no measurements", () => {
  const policies = [
    hpa({ target: 0.7, ...BOUNDS }),
    kpa({ target: 0.7, ...BOUNDS }),
    targetTracking({ target: 0.7, ...BOUNDS }),
    keda(5, BOUNDS),
  ];
  for (const { name, decide } of policies)
    assert.deepEqual([decide(blind(11, 7)), decide(blind(12, 67))], [11, 12], name);
});

test("models that go by CPU do not stay at nothing, where there is no CPU to go by", () => {
  for (const { name, decide } of [
    hpa({ target: 0.7, min: 0, max: 9 }),
    targetTracking({ target: 0.7, min: 0, max: 9 }),
  ]) {
    const sample: WebSample = {
      ...{ at: 0, arrivals: 9, shed: 9, failed: 0, queued: 9, work: { busySeconds: 0, requests: 0 } },
      ...{ cpu: 0, memory: null, p95: null },
    };
    const counts = { wanted: 0, ready: 0, starting: 0 };
    assert.equal(decide({ sample, counts, deploying: false, second: 60, now: 60_000 }), 1, name);
  }
});
