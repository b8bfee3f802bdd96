import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../../fault/fault.ts";
import { constant, ramp } from "../../../load/arrivals/profile.ts";
import { seconds } from "../../../units/millis.ts";
import type { Input } from "../../command.ts";
import { arrivalsFrom, describeArrivals, mergeWishes, threadsFrom, wishFrom } from "./options.ts";

function typed(options: Readonly<Record<string, string | true>>): Input {
  return {
    words: [],
    text: (name) => (typeof options[name] === "string" ? options[name] : null),
    has: (name) => options[name] === true,
    all: () => [],
  };
}

test("without a word, 50 come in each of 30 seconds", () => {
  const arrivals = arrivalsFrom(wishFrom(typed({})), null, 1);
  assert.deepEqual(arrivals, { kind: "open", profile: constant(50, 30), spacing: "even" });
  assert.equal(describeArrivals(arrivals), "50/s for 30s");
});

test("what is typed wins over the scenario, key by key", () => {
  const file = { rate: 10, rampTo: 100, duration: seconds(60), spacing: "poisson" } as const;
  const arrivals = arrivalsFrom(mergeWishes(file, wishFrom(typed({ duration: "10s" }))), null, 1);
  assert.equal(describeArrivals(arrivals), "10 to 100/s for 10s, as independent visitors come");
});

test("who types visitors does not want the scenario's rates, and the other way round", () => {
  const open = { rate: 10, rampTo: 100, duration: seconds(60) };
  assert.equal(
    describeArrivals(arrivalsFrom(mergeWishes(open, wishFrom(typed({ visitors: "3" }))), null, 1)),
    "3 visitors for 1m",
  );
  const closed = { visitors: 3, duration: seconds(60) };
  assert.equal(
    describeArrivals(arrivalsFrom(mergeWishes(closed, wishFrom(typed({ rate: "7" }))), null, 1)),
    "7/s for 1m",
  );
  assert.equal(
    describeArrivals(arrivalsFrom(mergeWishes({ trace: "day.csv" }, wishFrom(typed({ rate: "7" }))), null, 1)),
    "7/s for 30s",
  );
  const ramp = mergeWishes(open, wishFrom(typed({ "spike-to": "50" })));
  assert.equal(describeArrivals(arrivalsFrom(ramp, null, 1)), "10 to 50/s for 1m");
});

test("a trace that is typed is replayed as it is, whatever the scenario says of rates and times", () => {
  const file = { rate: 10, rampTo: 100, duration: seconds(3_600) };
  assert.deepEqual(arrivalsFrom(mergeWishes(file, wishFrom(typed({ trace: "x" }))), constant(5, 20), 1), {
    kind: "open",
    profile: constant(5, 20),
    spacing: "even",
  });
});

test("a trace is cut at the duration, and scaled", () => {
  const trace = [...constant(10, 10), ...constant(20, 10)];
  assert.deepEqual(arrivalsFrom({ duration: seconds(15) }, trace, 0.5), {
    kind: "open",
    profile: [...constant(5, 10), ...constant(10, 5)],
    spacing: "even",
  });
});

test("a trace whose rate changes evenly is cut where it is at the duration", () => {
  assert.deepEqual(arrivalsFrom({ duration: seconds(15) }, ramp(0, 60, 60), 1), {
    kind: "open",
    profile: ramp(0, 15, 15),
    spacing: "even",
  });
});

test("a rate that falls is announced as one that falls", () => {
  const falling = wishFrom(typed({ rate: "10", "ramp-to": "0" }));
  assert.equal(describeArrivals(arrivalsFrom(falling, null, 1)), "10 to 0/s for 30s");
});

test("threads follow from the highest rate and the cores, unless they are named", () => {
  assert.equal(threadsFrom(typed({}), 500, 8), 1);
  assert.equal(threadsFrom(typed({}), 25_000, 8), 3);
  assert.equal(threadsFrom(typed({}), 200_000, 2), 2);
  assert.equal(threadsFrom(typed({ threads: "5" }), 1, 2), 5);
});

for (const options of [
  { rate: "-1" },
  { rate: "" },
  { duration: "0s" },
  { visitors: "0" },
  { "ramp-to": "3", trace: "x" },
  { visitors: "3", rate: "3" },
  { trace: "x", rate: "3" },
] as const) {
  test(`${JSON.stringify(options)} is refused with a hint`, () => {
    assert.throws(
      () => wishFrom(typed(options)),
      (error) => error instanceof Fault && error.code === "TF_ARGUMENT" && error.hint !== undefined,
    );
  });
}
