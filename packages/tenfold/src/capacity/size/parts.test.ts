import assert from "node:assert/strict";
import { test } from "node:test";
import { mebibytes } from "../../units/bytes.ts";
import { ASSUMED, withCosts } from "./assumptions.ts";
import { type FleetSize, type Load, sizeFleet } from "./fleet-size.ts";
import { ALL_PARTS, type Parts } from "./parts.ts";
import { BUILT_IN_PRICES, typeText } from "./prices.ts";

const BARE: Parts = { workers: false, postgres: false, redis: false, cache: false, balancer: "haproxy" };
const SEVERAL = { replicas: 2, redisReplicas: 1, machines: 3 };
/** 3,000 people who ask every 10 s for 5 ms: 299.85 requests a second. */
const RATE = 3_000 / 10.005;
const LOAD: Load = { users: 3_000, rate: RATE, web: 4, webCores: RATE * 0.005 };

function sized(parts: Partial<Parts>, load = LOAD): FleetSize {
  return sizeFleet(load, SEVERAL, BUILT_IN_PRICES, { ...ASSUMED, parts: { ...BARE, ...parts } });
}

function near(value: number, hand: number): void {
  assert.ok(Math.abs(value - hand) < 1e-9 * Math.max(1, hand), `${value}, by hand ${hand}`);
}

test("a fleet of web instances alone needs what they and the balancer do, and no machine for anything else", () => {
  const { oneMachine, machines, cost, storage } = sized({});
  near(oneMachine.cores, (RATE * 0.005 + RATE * 0.0001) / 0.6);
  assert.ok(oneMachine.cores < 2.6);
  assert.equal(oneMachine.memory, mebibytes(4 * 256));
  assert.deepEqual(
    machines.map(({ purpose }) => purpose),
    ["application"],
  );
  assert.equal(storage, mebibytes(10_240));
  assert.equal(cost.monthly, (machines[0]?.monthly ?? 0) + 10 * BUILT_IN_PRICES.storagePerGb);
});

test("each part adds what it takes, and nothing else", () => {
  const { cores, memory } = sized({}).oneMachine;
  const more = (parts: Partial<Parts>): [number, number] => {
    const { oneMachine } = sized(parts);
    return [oneMachine.cores - cores, oneMachine.memory - memory];
  };
  // 5 % of the requests leave a job of half a second: 7.5 cores at work, for which 13 workers are 60 % busy.
  const jobs = RATE * 0.05 * 0.5;
  const [workerCores, workerMemory] = more({ workers: true });
  near(workerCores, jobs / 0.6);
  assert.equal(workerMemory, mebibytes(13 * 256));
  // A master and a replica of 3,000 sessions of 64 kB, twice: 375 MB, up to the next 64.
  assert.deepEqual(more({ redis: true }), [0, mebibytes(2 * 384)]);
  assert.deepEqual(more({ cache: true }), [0, mebibytes(320)]);
  // 1.5 cores of work at 60 %, and three servers of 6,000 MB and half of that for the system's cache of files.
  const [serverCores, serverMemory] = more({ postgres: true });
  near(serverCores, 3);
  assert.equal(serverMemory, mebibytes(3 * 6_144 * 1.5));
});

test("what a request was measured to cost counts instead of what is assumed", () => {
  const rate = 700;
  const load = { users: 7_000, rate, web: 3, webCores: rate * 0.00099 };
  const costs = { web: 0.00099, balancer: 0.0002, data: 0.0005 };
  const by = (parts: Parts): number => {
    const assumed = withCosts({ ...ASSUMED, parts }, costs);
    return sizeFleet(load, SEVERAL, BUILT_IN_PRICES, assumed).oneMachine.cores;
  };
  near(by(BARE), (700 * (0.00099 + 0.0002 + 0.0005)) / 0.6);
  // Of the database it is the whole server that is counted: 0.35 cores of work need one.
  near(by({ ...BARE, postgres: true }), (700 * (0.00099 + 0.0002)) / 0.6 + 1);
  const unknown = withCosts(ASSUMED, { web: null, balancer: null, data: null });
  assert.deepEqual(unknown, ASSUMED);
});

test("workers that do several jobs at once are fewer", () => {
  const of = (jobsAtOnce: number): number =>
    sizeFleet(LOAD, SEVERAL, BUILT_IN_PRICES, { ...ASSUMED, jobsAtOnce }).workers;
  assert.deepEqual([of(1), of(4)], [13, 4]);
});

test("settings of each part are those that its file will have", () => {
  const size = sized(ALL_PARTS);
  const { balancer, redis, cache } = size;
  assert.equal(balancer.maxConnections, 24_000);
  const cores = size.oneMachine.type?.cores ?? 0;
  // Two fronts of 2,048 connections, and 256 for itself.
  assert.deepEqual(balancer.tuning, {
    program: "haproxy",
    maxconn: 24_000 + 2 * 2_048 + 256,
    nbthread: Math.min(16, cores),
  });
  assert.deepEqual(redis.tuning, { maxmemory: redis.memory, maxmemoryPolicy: "noeviction", maxclients: 10_000 });
  assert.deepEqual(cache.tuning, { maxmemory: cache.memory, maxmemoryPolicy: "allkeys-lfu", maxclients: 10_000 });
  // On four cores, 2.5 connections for each visitor's, and 64 for itself.
  assert.deepEqual(sized({ balancer: "nginx" }).balancer.tuning, {
    ...{ program: "nginx", workerProcesses: 4, workerConnections: (24_000 * 2.5) / 4 + 64 },
  });
});

test("a machine is told by what it has, and by its name where that says more", () => {
  const type = { cores: 8, memory: mebibytes(32_768), monthly: 1 };
  assert.equal(typeText({ ...type, name: "x64" }), "8 cores, 32 GB (x64)");
  assert.equal(typeText({ ...type, name: "8 cores, 32 GB" }), "8 cores, 32 GB");
});
