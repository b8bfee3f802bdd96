import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoadCauseName } from "@tenfold/protocol";
import type { StatementFigures, StatementTotals } from "../../fleet/figures.ts";
import type { MemberName } from "../../fleet/member.ts";
import type { Observation } from "../../fleet/observation.ts";
import { parseSpec } from "../../spec/parse.ts";
import { bytes, mebibytes } from "../../units/bytes.ts";
import { sum } from "./cause.ts";
import { diagnoseLoad } from "./diagnose.ts";
import { namedStatements } from "./statements.ts";

const EVERY = 5_000;
const MIB = 1024 ** 2;

const SPEC = (() => {
  const parsed = parseSpec({ name: "shop", web: "node a.js", postgres: true, redis: true }, "shop");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
})();

const name = (text: string): MemberName => text as MemberName;

/** How a fleet that is well looks, with what a test says of it. */
interface Scene {
  readonly cpu: number;
  readonly response: number;
  readonly memory: number;
  readonly restarts: number;
  readonly connections: number;
  readonly waiting: number;
  readonly longestWait: number;
  readonly locks: number;
  readonly lag: number;
  readonly hits: number;
  readonly misses: number;
  readonly evicted: number;
  readonly redisMemory: number;
  readonly queued: number;
  readonly requests: number;
  readonly unanswered: number;
  readonly refused: number;
  readonly oldest: number;
  readonly p95: number;
  /** What statements do in half a minute; `null`: nobody counts them. */
  readonly statements: readonly StatementFigures[] | null;
}

const QUICK: StatementFigures = { id: "1", calls: 3_000, time: 3_000 };

const WELL: Scene = {
  ...{ cpu: 30, response: 20, memory: 100 * MIB, restarts: 0, connections: 30, waiting: 0, longestWait: 0, locks: 0 },
  ...{
    lag: 0,
    hits: 990,
    misses: 10,
    evicted: 0,
    redisMemory: 10 * MIB,
    queued: 0,
    requests: 100,
    unanswered: 0,
    refused: 0,
    oldest: 0,
    p95: 60,
    statements: [QUICK],
  },
};

/** They are looked at every sixth time. */
function statementsAt(at: number, slowest: Scene["statements"]): StatementTotals | null {
  if (slowest === null) return null;
  const [calls, time] = [sum(slowest.map((one) => one.calls)), sum(slowest.map((one) => one.time))];
  const lately = at % 6 === 0 ? { calls, time, slowest, lasting: 6 * EVERY } : null;
  return { calls: at * calls, time: at * time, lately };
}

/** Counters of a scene are what is added at each look. */
function looksOf(scene: (at: number) => Partial<Scene>, count = 180): Observation[] {
  return Array.from({ length: count }, (_, at): Observation => {
    const now = { ...WELL, ...scene(at) };
    const redis = {
      clients: 1,
      hits: 0,
      misses: 0,
      evicted: 0,
      maxMemory: mebibytes(256),
      memory: bytes(now.redisMemory),
    };
    return {
      at: at * EVERY,
      members: {
        names: [name("web-1"), name("postgres-1")],
        cpu: Float32Array.from([now.cpu, 5]),
        memory: Float64Array.from([now.memory, 500 * MIB]),
        restarts: Uint32Array.from([now.restarts, 0]),
      },
      web: {
        ...{
          requests: now.requests * at,
          errors: 0,
          refused: now.refused * at,
          unanswered: now.unanswered * at,
          queued: now.queued,
        },
        answers: { process: 1, counts: new Map() },
        instances: new Map([
          [
            name("web-1"),
            {
              ...{ requests: now.requests * at, statuses: { "1xx": 0, "2xx": 0, "3xx": 0, "4xx": 0, "5xx": 0 } },
              ...{ queued: 0, inFlight: 1, webSockets: 0, response: now.response, waited: 0 },
            },
          ],
        ]),
      },
      latency: { answers: 500, seconds: 5, p50: 15, p95: now.p95, p99: now.p95 },
      database: {
        ...{ connections: now.connections, maxConnections: 100, waitingForLocks: now.locks, transactions: at },
        synchronous: 1,
        lag: new Map([[name("postgres-2"), now.lag]]),
        statements: statementsAt(at, now.statements),
      },
      pooler: {
        clients: 50,
        waiting: now.waiting,
        longestWait: now.longestWait,
        servers: 25,
        maxClients: 2000,
        poolSize: 25,
      },
      redis: new Map([
        [name("redis-1"), redis],
        [
          name("cache-1"),
          { ...redis, memory: mebibytes(100), hits: now.hits * at, misses: now.misses * at, evicted: now.evicted * at },
        ],
      ]),
      queues: new Map([["mail", { queued: 3, inFlight: 1, oldest: now.oldest, arrived: at }]]),
      unread: new Map(),
    };
  });
}

function namesIn(looks: readonly Observation[]): LoadCauseName[] {
  return diagnoseLoad({ looks, spec: SPEC }).causes.map((cause) => cause.name);
}

test("a fleet that is well has no cause, nor has one that was not seen", () => {
  assert.deepEqual(namesIn(looksOf(() => ({}))), []);
  assert.deepEqual(diagnoseLoad({ looks: [], spec: SPEC }), {
    ...{ version: 1, fleet: "shop", from: null, to: null, looks: 0, causes: [] },
  });
});

const PLANTED: readonly [LoadCauseName, (at: number) => Partial<Scene>, RegExp, RegExp][] = [
  ["connections-exhausted", () => ({ connections: 95 }), /95 of 100 connections/, /max_connections/],
  [
    "pool-waiting",
    () => ({ waiting: 7, longestWait: 300 }),
    /up to 7 clients.*25 connections.*300 ms/,
    /pool\.size: 32/,
  ],
  ["lock-waiting", (at) => ({ locks: at % 2 }), /up to 1 sessions.*50 %/, /pg_blocking_pids/],
  [
    "slow-statements",
    () => ({ statements: [{ id: "7", calls: 60, time: 24_000 }, QUICK] }),
    /89 % of the time of all, with 1800 calls of 400 ms on average: .*queryid is 7/,
    /EXPLAIN/,
  ],
  ["lagging-replica", () => ({ lag: 64 * MIB }), /64\.0 MB/, /postgres\.replicas/],
  ["cache-misses", () => ({ hits: 50, misses: 50 }), /50 % of 17900 lookups/, /times to live/],
  ["cache-evictions", () => ({ evicted: 1 }), /179 entries were evicted/, /cache\.memory: 384mb/],
  ["redis-full", () => ({ redisMemory: 250 * MIB }), /250 MB of 256 MB/, /redis\.memory: 384mb/],
  ["memory-growth", (at) => ({ memory: (100 + at) * MIB }), /grew by 167 MB in 14 min/, /web\.memory/],
  ["cpu-bound", () => ({ cpu: 97 }), /1 instances used 97 %/, /scale web=2/],
  ["dependency-bound", () => ({ response: 800, cpu: 4 }), /800 ms.*4 %/, /outside.*no statement/],
  ["slow-tail", () => ({ p95: 700 }), /700 ms and more, half of them 15 ms.*of 500 in 5 s/, /routes/],
  ["instances-full", () => ({ queued: 9 }), /up to 9 requests/, /web\.concurrency/],
  ["requests-refused", () => ({ refused: 1 }), /179 of 17900 requests/, /tenfold health/],
  ["requests-unanswered", () => ({ unanswered: 1 }), /179 of 17900 requests/, /timeouts\.request is 1m/],
  ["jobs-late", () => ({ oldest: 90_000 }), /the oldest for 90 s/, /worker\.mail=\+1/],
];

for (const [cause, scene, figure, change] of PLANTED) {
  test(`${cause} is found, with its figure and what to change, and nothing else`, () => {
    const { causes } = diagnoseLoad({ looks: looksOf(scene), spec: SPEC });
    assert.deepEqual(
      causes.map((one) => one.name),
      [cause],
    );
    assert.match(causes[0]?.figure ?? "", figure);
    assert.match(causes[0]?.change ?? "", change);
  });
}

test("one look in ten at which clients waited is chance, and a long wait is not", () => {
  assert.deepEqual(namesIn(looksOf((at) => ({ waiting: at % 10 === 0 ? 3 : 0 }))), []);
  assert.deepEqual(namesIn(looksOf((at) => (at === 9 ? { waiting: 3, longestWait: 4_000 } : {}))), ["pool-waiting"]);
});

test("memory that goes up and down, or begins anew with a restart, is no growth", () => {
  assert.deepEqual(namesIn(looksOf((at) => ({ memory: (100 + 90 * (at % 20)) * MIB }))), []);
  const restarted = looksOf((at) => ({ restarts: at < 170 ? 0 : 1, memory: at < 170 ? (100 + at) * MIB : 100 * MIB }));
  assert.deepEqual(namesIn(restarted), []);
});

test("slow answers while clients wait for the pool point there, and a larger pool does not help against locks", () => {
  const { causes } = diagnoseLoad({
    looks: looksOf(() => ({ response: 900, cpu: 3, waiting: 5, locks: 5 })),
    spec: SPEC,
  });
  assert.deepEqual(
    causes.map((one) => one.name),
    ["pool-waiting", "lock-waiting", "dependency-bound"],
  );
  assert.match(causes[0]?.change ?? "", /see lock-waiting first/);
  assert.match(causes[2]?.change ?? "", /pool of the database/);
});

test("without load, slow answers of the past are no cause", () => {
  assert.deepEqual(namesIn(looksOf(() => ({ response: 900, cpu: 1, requests: 0 }))), []);
});

test("parts that nobody answered for are left out", () => {
  const looks = looksOf(() => ({})).map((look) => ({ ...look, web: null, database: null, pooler: null }));
  assert.deepEqual(namesIn(looks), []);
});

test("one statement that took most of what answers took is named by its text where answers are slow", () => {
  const slow = { id: "7", calls: 300, time: 120_000 };
  const looks = looksOf(() => ({ response: 800, cpu: 4, waiting: 5, statements: [slow, QUICK] }));
  const { causes } = diagnoseLoad({ looks, spec: SPEC, texts: new Map([["7", "SELECT $1"]]) });
  assert.deepEqual(
    causes.map((one) => one.name),
    ["pool-waiting", "slow-statements", "dependency-bound"],
  );
  assert.match(causes[1]?.figure ?? "", /98 % .* 400 ms on average: SELECT \$1$/);
  assert.match(causes[2]?.change ?? "", /98 % of the database's time: SELECT \$1$/);
  assert.deepEqual(namedStatements(looks), ["7"]);
});

test("a quick statement that is called all the time is told to be called less, and one that waits for locks is not to blame", () => {
  const many = diagnoseLoad({
    looks: looksOf(() => ({ statements: [{ id: "7", calls: 60_000, time: 18_000 }] })),
    spec: SPEC,
  });
  assert.match(many.causes[0]?.figure ?? "", /0\.3 ms/);
  assert.match(many.causes[0]?.why ?? "", /0\.6 connections/);
  assert.match(many.causes[0]?.change ?? "", /less often/);
  const looks = looksOf(() => ({ locks: 2, statements: [{ id: "7", calls: 60, time: 24_000 }] }));
  assert.match(diagnoseLoad({ looks, spec: SPEC }).causes[1]?.change ?? "", /lock-waiting first/);
});

test("a report that is made once, many statements that share the time, and a fleet that does little have no slow one", () => {
  const report = { id: "7", calls: 1, time: 25_000 };
  assert.deepEqual(namesIn(looksOf((at) => ({ statements: at === 60 ? [report] : [QUICK] }))), []);
  const alike = Array.from({ length: 6 }, (_, at) => ({ id: `${at}`, calls: 20, time: 4_000 }));
  assert.deepEqual(namesIn(looksOf(() => ({ statements: alike }))), []);
  assert.deepEqual(namesIn(looksOf(() => ({ statements: [{ id: "7", calls: 2, time: 500 }] }))), []);
});

test("where nobody counts statements, slow answers point to where they are counted", () => {
  const looks = looksOf(() => ({ response: 800, cpu: 4, statements: null }));
  assert.match(diagnoseLoad({ looks, spec: SPEC }).causes[0]?.change ?? "", /pg_stat_statements/);
});
