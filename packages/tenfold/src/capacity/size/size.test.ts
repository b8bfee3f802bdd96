import assert from "node:assert/strict";
import { test } from "node:test";
import { waitProbability } from "../../fleet/erlang.ts";
import { sizeFleet } from "./fleet-size.ts";
import { BUILT_IN_PRICES, parsePrices } from "./prices.ts";
import { lateShare, rateOf, sizeWeb, usersFor } from "./queue.ts";
import { sizeForUsers, sizeTiers, TIERS, tierOf } from "./tiers.ts";

const APPETITE = { service: 0.03, slots: 1, variability: 1 };
const HABITS = { think: 10, requestsPerAction: 1, p95: 0.25 };

test("one slot is the M/M/1 queue, and requests that are alike wait less", () => {
  const late = lateShare(1, 0.7, 0.5, { ...APPETITE, service: 0.05 });
  assert.ok(Math.abs(late - Math.exp((-0.5 / 0.05) * 0.3)) < 1e-9);
  assert.ok(lateShare(1, 0.7, 0.5, { service: 0.05, slots: 1, variability: 0.5 }) < late);
  assert.ok(Math.abs(lateShare(4, 3, 1e-12, APPETITE) - 1) < 1e-6);
  assert.ok(waitProbability(4, 3) < 1);
});

test("the least number of instances keeps to the limit, one fewer does not, and there is one to spare", () => {
  for (let rate = 1; rate < 5_000; rate *= 1.7) {
    for (const slots of [1, 4]) {
      const size = sizeWeb(rate, 0.25, { ...APPETITE, slots });
      assert.ok(size !== null);
      const keeps = (instances: number): boolean =>
        size.load / (instances * slots) <= 0.9 && lateShare(instances * slots, size.load, 0.25, APPETITE) <= 0.05;
      assert.ok(keeps(size.least), `${rate}`);
      if (size.least > 1) assert.ok(!keeps(size.least - 1), `${rate}: ${size.least}`);
      assert.equal(size.instances, size.least + 1);
    }
  }
});

test("sizes never fall when the rate rises or the limit tightens", () => {
  let before = 0;
  for (let rate = 1; rate < 3_000; rate += 17) {
    const now = sizeWeb(rate, 0.25, APPETITE)?.instances ?? Number.NaN;
    assert.ok(now >= before, `${rate}`);
    assert.ok((sizeWeb(rate, 0.15, APPETITE)?.instances ?? 0) >= now);
    before = now;
  }
});

test("a limit below the service itself is met by no number", () => {
  assert.equal(sizeWeb(1, 0.05, APPETITE), null);
  assert.equal(sizeForUsers(10, { ...HABITS, p95: 0.01 }, APPETITE, BUILT_IN_PRICES), null);
});

test("users and rates are the same thing twice", () => {
  const crowd = { think: 10, requestsPerAction: 3, response: 0.2 };
  assert.ok(Math.abs(usersFor(rateOf({ users: 340, ...crowd }), crowd) - 340) < 1e-9);
  assert.ok(Math.abs(rateOf({ users: 102, think: 10, requestsPerAction: 1, response: 0.2 }) - 10) < 1e-9);
});

test("more users never get less of anything, nor a cheaper fleet, within a tier and across tiers", () => {
  let before = sizeForUsers(1, HABITS, APPETITE, BUILT_IN_PRICES)?.size;
  for (let users = 2; users < 20_000; users = Math.ceil(users * 1.3)) {
    const now = sizeForUsers(users, HABITS, APPETITE, BUILT_IN_PRICES)?.size;
    assert.ok(now !== undefined && before !== undefined);
    const grows = [
      [before.web, now.web],
      [before.workers, now.workers],
      [before.postgres.replicas, now.postgres.replicas],
      [before.postgres.memory, now.postgres.memory],
      [before.postgres.tuning.maxConnections, now.postgres.tuning.maxConnections],
      [before.redis.memory, now.redis.memory],
      [before.cache.memory, now.cache.memory],
      [before.cost.monthly, now.cost.monthly],
    ];
    assert.ok(
      grows.every(([one = 0, other = 0]) => other >= one),
      `${users}: ${JSON.stringify(grows)}`,
    );
    before = now;
  }
});

test("the connections of the pool fit into the server, and the clients of the fleet into the pool", () => {
  for (const { size } of sizeTiers(HABITS, APPETITE, BUILT_IN_PRICES)) {
    assert.ok(size.postgres.poolSize + 15 <= size.postgres.tuning.maxConnections);
    assert.ok(size.postgres.poolClients >= size.web + size.workers);
    assert.ok(size.postgres.tuning.sharedBuffers <= size.postgres.memory / 2);
  }
});

test("every number of users has one tier", () => {
  assert.deepEqual(
    [1, 50, 51, 500, 501, 5_000, 5_001, 1_000_000].map((users) => tierOf(users).name),
    ["small", "small", "medium", "medium", "large", "large", "enterprise", "enterprise"],
  );
  assert.equal(sizeTiers(HABITS, APPETITE, BUILT_IN_PRICES).length, TIERS.length);
});

test("a table of one's own is the one that counts, and all that is wrong with one is found", () => {
  const own = {
    ...{ name: "ours", asOf: "2026-03", currency: "EUR", storagePerGb: 0.05 },
    machines: [{ name: "cx", cores: 4, memory: "8gb", monthly: 8 }],
  };
  const parsed = parsePrices(own);
  assert.ok(parsed.ok);
  const load = { users: 500, rate: 50, web: 4, webCores: 1.5 };
  const size = sizeFleet(load, { replicas: 2, redisReplicas: 1, machines: 2 }, parsed.table);
  assert.ok(size.machines.every(({ type }) => type.name === "cx"));
  assert.equal(size.cost.currency, "EUR");
  const bad = parsePrices({
    ...own,
    asOf: "yesterday",
    machines: [{ name: "cx", cores: 0, memory: "8gb" }],
    prices: 1,
  });
  assert.ok(!bad.ok);
  assert.deepEqual(bad.findings.map(({ path }) => path.join(".")).toSorted(), [
    "asOf",
    "machines.0.cores",
    "machines.0.monthly",
    "prices",
  ]);
  assert.equal(parsePrices("cheap").ok, false);
});
