import assert from "node:assert/strict";
import { test } from "node:test";
import { arrivalsIn, constant, durationOf, type Profile, peakOf, ramp, rateAt, scaled, spike } from "./profile.ts";
import { seededRandom } from "./random.ts";
import { arrivalTimes } from "./times.ts";

function even(profile: Profile): number[] {
  return [...arrivalTimes(profile, "even", seededRandom(1))];
}

function between(times: readonly number[], from: number, to: number): number {
  return times.filter((time) => time >= from * 1_000 && time < to * 1_000).length;
}

test("a constant rate is exact and regular", () => {
  const times = even(constant(4, 3));
  assert.deepEqual(
    times.map((time) => Math.round(time)),
    [0, 250, 500, 750, 1_000, 1_250, 1_500, 1_750, 2_000, 2_250, 2_500, 2_750],
  );
});

test("a ramp has as many arrivals in each second as its rate amounts to", () => {
  const profile = ramp(0, 100, 10);
  const times = even(profile);
  assert.equal(times.length, 500);
  for (let second = 0; second < 10; second += 1) {
    const wanted = 10 * second + 5;
    assert.ok(Math.abs(between(times, second, second + 1) - wanted) <= 1, `second ${second}`);
  }
});

test("a ramp downwards ends at its rate", () => {
  const times = even(ramp(100, 0, 10));
  assert.equal(times.length, 500);
  assert.ok(between(times, 9, 10) <= 6);
});

test("a spike comes in the middle third", () => {
  const times = even(spike(10, 100, 9));
  assert.deepEqual([between(times, 0, 3), between(times, 3, 6), between(times, 6, 9)], [30, 300, 30]);
});

test("a rate of zero is a pause", () => {
  const times = even([...constant(10, 1), ...constant(0, 5), ...constant(10, 1)]);
  assert.deepEqual([between(times, 0, 1), between(times, 1, 6), between(times, 6, 7)], [10, 0, 10]);
});

test("arrivals are in order and within the run, of any profile", () => {
  const profiles: Readonly<Record<string, Profile>> = {
    "up and down": [...ramp(1, 300, 2), ...constant(7, 1.5), ...ramp(300, 0, 2)],
    "from nothing": ramp(0, 40, 4),
    "to nothing and up again": [...ramp(20, 0, 3), ...ramp(0, 20, 3)],
    "after nothing": [...constant(0, 3), ...ramp(0, 20, 3)],
    "nothing in the middle": [...ramp(5, 0, 60), ...constant(0, 60), ...ramp(0, 5, 60)],
    "no time": [...ramp(0, 9, 0), ...constant(5, 2), ...ramp(9, 0, 0), ...ramp(0, 5, 2)],
    "hardly anybody, for long": ramp(0, 5e-8, 1e8),
  };
  for (const [name, profile] of Object.entries(profiles)) {
    for (const spacing of ["even", "poisson"] as const) {
      const times = [...arrivalTimes(profile, spacing, seededRandom(3))];
      const most = durationOf(profile) * 1_000 * (1 + 1e-12);
      assert.ok(
        times.every((time) => time >= 0 && time <= most),
        `${name}, ${spacing}`,
      );
      assert.ok(
        times.every((time, at) => at === 0 || time >= (times[at - 1] ?? 0)),
        `${name}, ${spacing}`,
      );
      if (spacing === "even") assert.equal(times.length, Math.ceil(arrivalsIn(profile) - 1e-9), name);
      else assert.ok(times.length > 0, name);
    }
  }
});

test("independent visitors come at the rate, with the spread of a Poisson process", () => {
  const times = [...arrivalTimes(constant(100, 500), "poisson", seededRandom(5))];
  // 50,000 expected, with a standard deviation of 224.
  assert.ok(Math.abs(times.length - 50_000) < 1_000, `${times.length}`);
  const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
  const mean = gaps.reduce((total, gap) => total + gap, 0) / gaps.length;
  const variance = gaps.reduce((total, gap) => total + (gap - mean) ** 2, 0) / gaps.length;
  // The gaps' standard deviation equals their mean.
  assert.ok(Math.abs(Math.sqrt(variance) / mean - 1) < 0.03);
});

test("the same seed makes the same arrivals, another one others", () => {
  const make = (seed: number): number[] => [...arrivalTimes(constant(10, 10), "poisson", seededRandom(seed))];
  assert.deepEqual(make(1), make(1));
  assert.notDeepEqual(make(1), make(2));
});

test("a profile knows its length, its peak, its rate at a time and how many it amounts to", () => {
  const profile = scaled([...ramp(0, 10, 10), ...constant(10, 5)], 2);
  assert.deepEqual([durationOf(profile), peakOf(profile), arrivalsIn(profile)], [15, 20, 200]);
  assert.deepEqual([rateAt(profile, 5), rateAt(profile, 12), rateAt(profile, 15)], [10, 20, 0]);
});
