import assert from "node:assert/strict";
import { test } from "node:test";
import { doubtsOf } from "./doubts.ts";
import type { Knee } from "./measurement.ts";
import type { Answer, Prediction } from "./usl/answer.ts";

const IDLE = { fleet: 0, others: 0 };

function kneeAt(instances: number, machine: number, limit: Knee["limit"] = "application"): Knee {
  const busy = { web: machine / 2, balancer: 0.1, data: 0, generator: 0.2, machine };
  return { instances, rate: 100 * instances, limit, why: "", p95: 100, busy };
}

test("full cores make figures this machine's own, and idle ones do not", () => {
  const full = doubtsOf({
    knees: [kneeAt(1, 1.2), kneeAt(2, 1.9)],
    cores: 2,
    quick: false,
    busyBefore: IDLE,
    predictions: [],
    heldOut: null,
  });
  assert.equal(full.length, 1);
  assert.match(
    full[0] ?? "",
    /share this machine's 2 cores: with 2 instances 1\.9 of them were busy.*this machine alone/,
  );
  const idle = doubtsOf({
    knees: [kneeAt(1, 0.2), kneeAt(4, 0.3)],
    cores: 2,
    quick: false,
    busyBefore: IDLE,
    predictions: [],
    heldOut: null,
  });
  assert.match(idle[0] ?? "", /never all busy/);
  assert.deepEqual(
    doubtsOf({
      knees: [kneeAt(1, 0.4), kneeAt(2, 0.9)],
      cores: 16,
      quick: false,
      busyBefore: IDLE,
      predictions: [],
      heldOut: null,
    }),
    [],
  );
});

test("a size that would need more cores than there are is named, the first of them", () => {
  const predictions = [2, 3, 4].map((instances): Answer<Prediction> => {
    const rate = 100 * instances;
    return {
      known: true,
      value: { instances, rate, interval: { low: rate, high: rate }, standing: "extrapolated" },
    };
  });
  const asked = { cores: 2, quick: false, busyBefore: IDLE, heldOut: null };
  const doubts = doubtsOf({ ...asked, knees: [kneeAt(1, 1.6)], predictions }).slice(0, 1);
  assert.deepEqual(doubts, [
    "with all that serves and sends them, 200 requests a second of 2 instances would use 2.2 cores, and this machine has 2: they do that where they have them, and not here",
  ]);
});

test("a busy machine, a tired generator, a reached bound and short runs are all said", () => {
  const knees = [kneeAt(1, 0.4, "generator"), kneeAt(2, 0.4, "most")];
  const doubts = doubtsOf({
    knees,
    cores: 16,
    quick: true,
    busyBefore: { fleet: 4, others: 5 },
    predictions: [],
    heldOut: null,
  });
  for (const [at, pattern] of [
    /5 cores were busy with/,
    /fleet used 4 cores/,
    /generator could not/,
    /--max-rate/,
    /short runs/,
  ].entries())
    assert.match(doubts[at] ?? "", pattern);
});

test("a check that finds something else than was predicted is named", () => {
  const measured = kneeAt(3, 1);
  const interval = { low: 1, high: 999 };
  const checked = (error: number): readonly string[] =>
    doubtsOf({
      ...{ knees: [kneeAt(1, 0.4), kneeAt(2, 0.9)], cores: 16, quick: false, busyBefore: IDLE, predictions: [] },
      heldOut: {
        predicted: { instances: 3, rate: measured.rate * (1 + error), interval, standing: "extrapolated" },
        measured,
        error,
      },
    });
  assert.deepEqual(checked(0.09), []);
  assert.match(
    checked(0.25)[0] ?? "",
    /^the check did 20 % less than the other sizes had let expect; it is counted in/,
  );
  assert.match(checked(-0.2)[0] ?? "", /^the check did 25 % more/);
});

test("what was measured was done here, whatever a request costs", () => {
  const value = { instances: 3, rate: 300, interval: { low: 290, high: 310 }, standing: "measured" as const };
  const doubts = doubtsOf({
    ...{ knees: [kneeAt(1, 1.6)], cores: 2, quick: false, busyBefore: IDLE, heldOut: null },
    predictions: [{ known: true, value }],
  });
  assert.deepEqual(doubts, []);
});

test("the check's own run counts as the others do, and refutes nothing when the generator ended it", () => {
  const interval = { low: 1, high: 999 };
  const heldOut = (machine: number, limit: Knee["limit"]) => ({
    predicted: { instances: 3, rate: 450, interval, standing: "extrapolated" as const },
    measured: kneeAt(3, machine, limit),
    error: 0.5,
  });
  const asked = { knees: [kneeAt(1, 0.4), kneeAt(2, 0.8)], cores: 2, quick: false, busyBefore: IDLE, predictions: [] };
  const full = doubtsOf({ ...asked, heldOut: heldOut(1.9, "application") });
  assert.match(full[0] ?? "", /with 3 instances 1\.9 of them were busy/);
  assert.match(full[1] ?? "", /the check did 33 % less/);
  const limited = doubtsOf({ ...asked, heldOut: heldOut(1, "generator") });
  assert.ok(
    limited.every((doubt) => !doubt.includes("the check did")),
    limited.join("\n"),
  );
});

test("what is told of others by one size alone is named", () => {
  const value = { instances: 2, rate: 200, interval: { low: 180, high: 220 }, standing: "extrapolated" as const };
  const doubts = doubtsOf({
    ...{ knees: [kneeAt(1, 0.2)], cores: 16, quick: false, busyBefore: IDLE, heldOut: null },
    predictions: [{ known: true, value }],
  });
  assert.match(doubts[0] ?? "", /one size was measured/);
});
