import assert from "node:assert/strict";
import { test } from "node:test";
import { lateShare } from "../../fleet/erlang.ts";
import { answerFor, curveOf, predict, refutedBy } from "./answer.ts";
import { fitModel, withErrors } from "./fit.ts";
import { instancesFor, type Measured, peakInstances, type Scalability, throughput } from "./model.ts";

/** Uniform numbers, the same for the same seed. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function noisy(model: Scalability, sizes: readonly number[], noise: number, random: () => number): Measured[] {
  return sizes.flatMap((instances) =>
    [1, 2, 3].map(() => ({ instances, rate: throughput(model, instances) * (1 + noise * (2 * random() - 1)) })),
  );
}

const PLANTED: readonly Scalability[] = [
  { gamma: 100, alpha: 0, beta: 0, delta: 0 },
  { gamma: 950, alpha: 0.08, beta: 0, delta: 0 },
  { gamma: 50, alpha: 0.05, beta: 0.004, delta: 0 },
  { gamma: 400, alpha: 0.9, beta: 0, delta: 0 },
  { gamma: 22, alpha: 0, beta: 0, delta: 0.31 },
];

test("parameters without noise are found again", () => {
  for (const model of PLANTED) {
    const name = model.delta > 0 ? "pooled" : "usl";
    const found = fitModel(withErrors(noisy(model, [1, 2, 4, 8], 0, numbers(1)), 1.05), name).model;
    for (const key of ["gamma", "alpha", "beta", "delta"] as const)
      assert.ok(Math.abs(found[key] - model[key]) < 1e-6 * Math.max(1, model[key]), `${key} ${JSON.stringify(found)}`);
  }
});

test("planted throughputs lie in the interval in about 95 of 100 cases, and α and β are never negative", () => {
  let inside = 0;
  let all = 0;
  for (let seed = 1; seed <= 40; seed += 1) {
    const model = PLANTED[seed % PLANTED.length] as Scalability;
    const random = numbers(seed * 7_919);
    const curve = curveOf(noisy(model, [1, 2, 4], 0.05, random), 1.05, random);
    for (const { model: found } of curve.fits) assert.ok(found.alpha >= 0 && found.beta >= 0 && found.gamma > 0);
    for (const size of [1, 3, 4]) {
      const told = predict(curve, size);
      if (!told.known) continue;
      all += 1;
      const { low, high } = told.value.interval;
      if (low <= throughput(model, size) && throughput(model, size) <= high) inside += 1;
    }
  }
  assert.ok(all > 100 && inside / all > 0.88, `${inside} of ${all}`);
});

test("the simplest model that explains the measurements is chosen", () => {
  const names = PLANTED.map(
    (model) => curveOf(noisy(model, [1, 2, 4, 8], 0.005, numbers(3)), 1.05, numbers(5)).fits[0]?.name,
  );
  assert.deepEqual(names, ["linear", "amdahl", "usl", "amdahl", "pooled"]);
});

test("what instances gain by sharing one stream of visitors is foreseen, by Erlang's formula", () => {
  // Servers of 50 ms; the most with which 95 % of the requests take no longer than 400 ms.
  const most = (servers: number): number => {
    let [held, broken] = [0, servers];
    while (broken - held > 1e-6) {
      const load = (held + broken) / 2;
      if (lateShare(servers, load, 0.4, 0.05) <= 0.05) held = load;
      else broken = load;
    }
    return held / 0.05;
  };
  const curve = curveOf(
    [1, 1, 2, 2].map((instances) => ({ instances, rate: most(instances) })),
    1.05,
    numbers(6),
  );
  assert.equal(curve.fits[0]?.name, "pooled");
  for (const size of [3, 4, 6]) {
    const told = predict(curve, size);
    assert.ok(told.known, `${size}`);
    assert.ok(Math.abs(told.value.rate / most(size) - 1) < 0.06, `${size}: ${told.value.rate} and ${most(size)}`);
  }
});

test("figures are called measured, interpolated or extrapolated, and refused beyond three times the largest size", () => {
  const curve = curveOf(
    noisy({ gamma: 50, alpha: 0.02, beta: 0, delta: 0 }, [1, 2, 4], 0.01, numbers(2)),
    1.05,
    numbers(3),
  );
  const standing = (size: number): string => {
    const told = predict(curve, size);
    return told.known ? told.value.standing : told.why;
  };
  assert.deepEqual([standing(2), standing(3), standing(5)], ["measured", "interpolated", "extrapolated"]);
  assert.match(standing(13), /more than 3 times the 4 that were measured/);
});

test("an interval wider than ±20 % is no answer", () => {
  const measured = [1, 2].flatMap((instances) =>
    [60, 100, 140].map((share) => ({ instances, rate: instances * share })),
  );
  const told = predict(curveOf(measured, 1.05, numbers(9)), 6);
  assert.equal(told.known, false);
  assert.match(told.known ? "" : told.why, /only known to ±\d+ %/);
});

test("more load never needs fewer instances, and what no number does is said", () => {
  const model = { gamma: 50, alpha: 0.1, beta: 0.01, delta: 0 };
  let before = 0;
  for (let rate = 10; rate < throughput(model, Math.ceil(peakInstances(model))) - 1; rate += 5) {
    const needed = instancesFor(model, rate, 1_000) ?? Number.NaN;
    assert.ok(needed >= before, `${rate}: ${needed} after ${before}`);
    before = needed;
  }
  const flat = curveOf(
    noisy({ gamma: 100, alpha: 1, beta: 0, delta: 0 }, [1, 2, 4], 0.01, numbers(2)),
    1.05,
    numbers(4),
  );
  const told = answerFor(flat, 1_000);
  assert.match(told.known ? "" : told.why, /no number of instances/);
});

test("sizes that no model explains make intervals wide, and a check that found something else makes them wider", () => {
  const wild = curveOf(
    [
      { instances: 1, rate: 100 },
      { instances: 2, rate: 100 },
      { instances: 4, rate: 400 },
    ],
    1.05,
    numbers(11),
  );
  assert.equal(predict(wild, 3).known, false);
  assert.equal(predict(wild, 8).known, false);
  const steady = [1, 2].flatMap((instances) =>
    [0.98, 1, 1.02].map((luck) => ({ instances, rate: 50 * instances * luck })),
  );
  const half = (measured: readonly Measured[]): number => {
    const told = predict(curveOf(measured, 1.05, numbers(12)), 3);
    return told.known
      ? (told.value.interval.high - told.value.interval.low) / told.value.rate
      : Number.POSITIVE_INFINITY;
  };
  assert.ok(half([...steady, { instances: 3, rate: 150 * 0.75 }]) > half(steady));
  assert.ok(half([...steady, { instances: 3, rate: 150 }]) < half(steady));
});

test("one size says little of others, and that is said", () => {
  const curve = curveOf([{ instances: 1, rate: 50 }], 1.1, numbers(13));
  assert.equal(predict(curve, 1).known, true);
  const told = predict(curve, 3);
  assert.match(told.known ? "" : told.why, /one size says little of others: measure more of them/);
});

test("what the generator limited is told as the least, and nothing is concluded from it", () => {
  const curve = curveOf([{ instances: 1, rate: 5_500, isLeast: true }], 1.1, numbers(14));
  const own = predict(curve, 1);
  assert.ok(own.known && own.value.isLeast === true && own.value.rate === 5_500);
  const two = predict(curve, 2);
  assert.match(two.known ? "" : two.why, /1 instance did 5500 requests a second at least.*limit was not found/);
  const enough = answerFor(curve, 5_000);
  assert.ok(enough.known && enough.value.instances === 1);
  assert.match(String(Object.values(answerFor(curve, 6_000))), /cannot be said/);
  // Where other sizes have limits of their own, those count.
  const some = curveOf(
    [1, 2, 4].map((instances) => ({
      instances,
      rate: 50 * Math.min(instances, 3),
      ...(instances === 4 ? { isLeast: true as const } : {}),
    })),
    1.05,
    numbers(15),
  );
  assert.equal(some.fits[0]?.name, "linear");
  const four = answerFor(some, 160);
  assert.ok(four.known && four.value.instances === 4 && four.value.standing === "extrapolated", JSON.stringify(four));
});

test("nothing shared limits a straight line, and the reason that is told does not say so", () => {
  const measured = [1, 2].map((instances) => ({ instances, rate: 8 * instances }));
  const told = answerFor(curveOf(measured, 1.05, numbers(16)), 9_970);
  assert.equal(told.known ? "" : told.why, "9970 requests a second would need more than 1,000 instances");
});

test("a size that did more than the others let expect is the answer as far as it goes, and beyond it nothing is told", () => {
  const least = { isLeast: true as const };
  const one = curveOf(
    [
      { instances: 1, rate: 192 },
      { instances: 2, rate: 832, ...least },
    ],
    1.1,
    numbers(17),
  );
  const enough = (curve: ReturnType<typeof curveOf>, rate: number): number | string => {
    const told = answerFor(curve, rate);
    return told.known ? told.value.instances : told.why;
  };
  assert.deepEqual([enough(one, 150), enough(one, 193), enough(one, 832)], [1, 2, 2]);
  const told = /2 instances did 832 requests a second at least, and the application's limit was not found there/;
  assert.match(String(enough(one, 900)), told);
  const third = predict(one, 3);
  assert.match(third.known ? "" : third.why, told);
  assert.match(refutedBy(one) ?? "", /^2 instances did 832 .* more than the other sizes let expect/);
  const more = curveOf(
    [
      { instances: 1, rate: 100 },
      { instances: 2, rate: 200 },
      { instances: 4, rate: 2_000, ...least },
    ],
    1.1,
    numbers(18),
  );
  assert.deepEqual([enough(more, 190), enough(more, 201), enough(more, 1_900)], [2, 4, 4]);
  assert.match(String(enough(more, 2_500)), /4 instances did 2000 requests a second at least/);
});

test("a size that did what the others let expect at least refutes nothing, and is no limit that was found", () => {
  const least = { isLeast: true as const };
  const curve = curveOf(
    [
      { instances: 1, rate: 100 },
      { instances: 2, rate: 190, ...least },
    ],
    1.1,
    numbers(19),
  );
  assert.equal(refutedBy(curve), null);
  const told = answerFor(curve, 900);
  assert.equal(
    told.known ? "" : told.why,
    "9 instances are more than 3 times the 1 of which the application's limit was found",
  );
});
