import assert from "node:assert/strict";
import { test } from "node:test";
import { waitProbability } from "../../fleet/erlang.ts";
import { parseSpec } from "../../spec/parse.ts";
import { mebibytes } from "../../units/bytes.ts";
import { type FleetSize, sizeFleet } from "./fleet-size.ts";
import { BUILT_IN_PRICES, parsePrices } from "./prices.ts";
import { lateShare, rateOf, sizeWeb, usersFor } from "./queue.ts";
import { sizeForUsers, sizeTiers, TIERS, tierFor, tierOf } from "./tiers.ts";

const APPETITE = { service: 0.03, slots: 1, variability: 1 };
const HABITS = { think: 10, requestsPerAction: 1, p95: 0.25 };

test("one slot is the M/M/1 queue, and requests that are alike wait less", () => {
  const late = lateShare(1, 0.7, 0.5, { ...APPETITE, service: 0.05 });
  assert.ok(Math.abs(late - Math.exp((-0.5 / 0.05) * 0.3)) < 1e-9);
  assert.ok(lateShare(1, 0.7, 0.5, { service: 0.05, slots: 1, variability: 0.5 }) < late);
  assert.ok(Math.abs(lateShare(4, 3, 1e-12, APPETITE) - 1) < 1e-6);
  assert.ok(waitProbability(4, 3) < 1);
});

test("where all requests are alike, those that do not wait are all in time, and independent visitors still queue", () => {
  const alike = { ...APPETITE, variability: 0 };
  const size = sizeWeb(10, 0.08, alike);
  assert.ok(size !== null && size.least <= 2);
  assert.equal(sizeWeb(10, 0.08, APPETITE), null);
  assert.equal(lateShare(4, 0, 0.031, alike), 0);
  assert.equal(lateShare(4, 0, 0.029, alike), 1);
  assert.ok(lateShare(2, 1.9, 60, { ...APPETITE, variability: 1e-4 }) < 1e-9);
  // A queue of such requests is half as long as one of requests that differ, and not none.
  assert.ok(Math.abs(lateShare(1, 0.5, 0.06, alike) - 0.5 * Math.exp(-2 * 0.5)) < 1e-9);
  let before = 0;
  for (const variability of [0, 1e-4, 0.1, 0.5, 1, 2, 4]) {
    const late = lateShare(2, 1.4, 0.25, { ...APPETITE, variability });
    assert.ok(late > before, `${variability}`);
    before = late;
  }
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
  assert.equal(sizeForUsers(10, { ...HABITS, p95: 0.01 }, APPETITE, { prices: BUILT_IN_PRICES }), null);
});

test("users and rates are the same thing twice", () => {
  const crowd = { think: 10, requestsPerAction: 3, response: 0.2 };
  assert.ok(Math.abs(usersFor(rateOf({ users: 340, ...crowd }), crowd) - 340) < 1e-9);
  assert.ok(Math.abs(rateOf({ users: 102, think: 10, requestsPerAction: 1, response: 0.2 }) - 10) < 1e-9);
});

/** All that grows, by name. */
function figuresOf({ web, workers, postgres, redis, cache, balancer, oneMachine, storage, cost }: FleetSize) {
  const { maxConnections, threads } = balancer;
  const { cores, memory } = oneMachine;
  return {
    ...{ web, workers, maxConnections, threads, storage, cores, memory, monthly: cost.monthly ?? 0 },
    ...{ replicas: postgres.replicas, servers: postgres.cores, data: postgres.memory, cached: cache.memory },
    ...{ pool: postgres.poolSize, clients: postgres.poolClients, connections: postgres.tuning.maxConnections },
    ...{ redis: redis.memory, redisReplicas: redis.replicas },
  };
}

test("more users never get less of anything, nor a cheaper fleet, within a tier and across tiers", () => {
  for (const requestsPerAction of [1, 10, 100]) {
    let before: ReturnType<typeof figuresOf> | null = null;
    for (let users = 1; users < 250_000; users = Math.ceil(users * 1.01)) {
      const size = sizeForUsers(users, { ...HABITS, requestsPerAction }, APPETITE, { prices: BUILT_IN_PRICES })?.size;
      if (size === undefined) break;
      const now = figuresOf(size);
      if (size.lacking !== null) now.monthly = before?.monthly ?? 0;
      for (const [name, value] of Object.entries(before ?? {}))
        assert.ok(
          now[name as keyof typeof now] >= value,
          `${users} × ${requestsPerAction}: ${name} fell from ${value}`,
        );
      before = now;
    }
  }
});

test("what a plan proposes is what a file may say, however many come", () => {
  const slots = { ...APPETITE, slots: 100 };
  for (const users of [100_000, 130_000, 1_000_000, 20_000_000]) {
    const size = sizeForUsers(users, HABITS, slots, { prices: BUILT_IN_PRICES })?.size;
    if (size === undefined) continue;
    const { postgres, balancer } = size;
    const parsed = parseSpec(
      {
        ...{ name: "shop", balancer: { maxConnections: balancer.maxConnections } },
        web: { command: "node server.js", instances: size.web },
        postgres: { replicas: postgres.replicas, pool: { size: postgres.poolSize, clients: postgres.poolClients } },
      },
      "shop",
    );
    assert.ok(parsed.ok, JSON.stringify(parsed));
  }
});

const SMALL_TYPE = { name: "c2", cores: 2, memory: mebibytes(4_096), monthly: 10 };

test("costs are those of the machines, each of which holds what is on it", () => {
  const own = { ...BUILT_IN_PRICES, machines: [SMALL_TYPE, { ...SMALL_TYPE, name: "c4", cores: 4, monthly: 12 }] };
  for (const prices of [BUILT_IN_PRICES, own]) {
    for (const { size } of sizeTiers(HABITS, APPETITE, { prices })) {
      if (size.lacking !== null) continue;
      for (const { count, type, monthly } of size.machines) assert.equal(monthly, count * type.monthly);
      const sum = size.machines.reduce((total, { monthly }) => total + monthly, 0);
      assert.equal(size.cost.monthly, sum + (size.storage / 1024 ** 3) * prices.storagePerGb);
      const database = size.machines.find(({ purpose }) => purpose === "database");
      if (database === undefined) continue;
      assert.equal(database.count, 1 + size.postgres.replicas);
      assert.ok(database.type.cores >= size.postgres.cores && database.type.memory >= size.postgres.memory * 1.5);
    }
  }
});

test("a size that no machines of the table have has none and no cost, and says why", () => {
  const machines = [{ ...SMALL_TYPE, name: "m", cores: 0.25, memory: mebibytes(256) }];
  const tiny = { ...BUILT_IN_PRICES, machines };
  const wide = { ...BUILT_IN_PRICES, machines: [{ ...SMALL_TYPE, cores: 64, memory: mebibytes(256) }] };
  for (const prices of [tiny, wide]) {
    for (const { size } of sizeTiers(HABITS, APPETITE, { prices })) {
      assert.deepEqual([size.machines, size.cost.monthly, size.oneMachine.type], [[], null, null]);
      assert.match(size.lacking ?? "", /no machine of the price table has [\d.]+ cores? and [\d.]+ GB, which/);
    }
  }
  const [, , large] = sizeTiers(HABITS, APPETITE, { prices: { ...BUILT_IN_PRICES, machines: [SMALL_TYPE] } });
  assert.match(large?.size.lacking ?? "", /a server of the database needs/);
  const load = { users: 8_000_000, rate: 800_000, web: 890, webCores: 800 };
  const many = sizeFleet(load, { replicas: 2, redisReplicas: 1, machines: 2 }, BUILT_IN_PRICES);
  assert.equal(many.cost.monthly, null);
});

test("the connections of the pool fit into the server, and the clients of the fleet into the pool", () => {
  for (const { size } of sizeTiers(HABITS, APPETITE, { prices: BUILT_IN_PRICES })) {
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
  assert.equal(sizeTiers(HABITS, APPETITE, { prices: BUILT_IN_PRICES }).length, TIERS.length);
});

test("the tier is that of what is larger, the users or the requests", () => {
  const tier = (users: number, rate: number) => tierFor({ users, rate }, HABITS, APPETITE.service).name;
  assert.deepEqual([tier(50, 0), tier(1, 1_000), tier(600, 1)], ["small", "enterprise", "large"]);
  for (const { sizedFor, name } of TIERS)
    assert.equal(tier(sizedFor, rateOf({ users: sizedFor, ...HABITS, response: APPETITE.service })), name);
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
  for (const asOf of ["2026-99", "2026-00", "2026-02-30", "2026-1", ""])
    assert.ok(!parsePrices({ ...own, asOf }).ok, asOf);
  assert.ok(parsePrices({ ...own, asOf: "2026-02-28" }).ok);
});
