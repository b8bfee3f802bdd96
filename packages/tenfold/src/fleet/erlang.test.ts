import assert from "node:assert/strict";
import { test } from "node:test";
import { lateShare, leastServers, waitProbability } from "./erlang.ts";

test("Erlang C agrees with published values", () => {
  assert.ok(Math.abs(waitProbability(1, 0.5) - 0.5) < 1e-12);
  assert.ok(Math.abs(waitProbability(2, 1) - 1 / 3) < 1e-12);
  assert.ok(Math.abs(waitProbability(12, 10) - 0.4494) < 1e-3);
  assert.equal(waitProbability(3, 3), 1);
  assert.equal(waitProbability(3, 0), 0);
});

test("large loads, for which the recursion begins late, agree with all of it", () => {
  for (const load of [150, 1000, 9876.5]) {
    let blocking = 1;
    const servers = Math.ceil(load * 1.01);
    for (let k = 1; k <= servers; k += 1) blocking = (load * blocking) / (k + load * blocking);
    const wait = (servers * blocking) / (servers - load * (1 - blocking));
    assert.ok(Math.abs(waitProbability(servers, load) / wait - 1) < 1e-9, `${load}`);
  }
});

test("one server is the M/M/1 queue, whose response time is exponential", () => {
  for (const load of [0.1, 0.5, 0.9])
    assert.ok(Math.abs(lateShare(1, load, 3, 1) - Math.exp(-3 * (1 - load))) < 1e-9, `${load}`);
});

test("the least number of servers keeps the limit, and one fewer does not", () => {
  const limit = { limit: 0.25, service: 0.02, late: 0.05 };
  for (const load of [0.2, 1, 3.7, 12, 99.5, 1234.5]) {
    const least = leastServers(load, limit);
    assert.ok(lateShare(least, load, 0.25, 0.02) <= 0.05, `${load} on ${least}`);
    assert.ok(lateShare(least - 1, load, 0.25, 0.02) > 0.05, `${load} on ${least - 1}`);
  }
});

test("a limit that the service alone breaks, and a load that is no number, are refused", () => {
  assert.throws(() => leastServers(1, { limit: 0.02, service: 0.02, late: 0.05 }), RangeError);
  assert.throws(() => leastServers(Number.NaN, { limit: 1, service: 0.02, late: 0.05 }), RangeError);
});
