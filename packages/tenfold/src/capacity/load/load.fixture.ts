import type { StatementFigures, StatementTotals } from "../../fleet/figures.ts";
import type { MemberName } from "../../fleet/member.ts";
import type { Observation } from "../../fleet/observation.ts";
import { parseSpec } from "../../spec/parse.ts";
import type { Spec } from "../../spec/spec.ts";
import { bytes, mebibytes } from "../../units/bytes.ts";
import { sum } from "./cause.ts";

const EVERY = 5_000;
export const MIB: number = 1024 ** 2;

export const SPEC: Spec = (() => {
  const parsed = parseSpec({ name: "shop", web: "node a.js", postgres: true, redis: true }, "shop");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
})();

const name = (text: string): MemberName => text as MemberName;

/** How a fleet that is well looks, with what a test says of it. */
export interface Scene {
  readonly cpu: number;
  /** Of the machine's two cores, those that were busy; `null`: nobody looked. */
  readonly machine: number | null;
  /** What answers took, and what the mean of the last 1,024 says of it if that is something else. */
  readonly response: number;
  readonly lingering: number | null;
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

export const QUICK: StatementFigures = { id: "1", calls: 3_000, time: 3_000 };

const WELL: Scene = {
  lingering: null,
  machine: null,
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

/** The bucket that such an answer is counted in: its first two digits. */
function bucketOf(milliseconds: number): number {
  const text = `${milliseconds * 1_000}`;
  return Number(text.slice(0, 2).padEnd(text.length, "0"));
}

/** Counters of a scene are what is added at each look. */
export function looksOf(scene: (at: number) => Partial<Scene>, count = 180): Observation[] {
  let counted = 0;
  const counts = new Map<number, number>();
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
    counted += now.requests;
    counts.set(bucketOf(now.response), (counts.get(bucketOf(now.response)) ?? 0) + now.requests);
    return {
      at: at * EVERY,
      ...(now.machine === null ? {} : { machine: { cores: 2, busy: now.machine } }),
      members: {
        names: [name("web-1"), name("postgres-1")],
        cpu: Float32Array.from([now.cpu, 5]),
        memory: Float64Array.from([now.memory, 500 * MIB]),
        restarts: Uint32Array.from([now.restarts, 0]),
      },
      web: {
        ...{
          requests: counted,
          errors: 0,
          refused: now.refused * at,
          unanswered: now.unanswered * at,
          queued: now.queued,
        },
        answers: { process: 1, counts: new Map(counts) },
        instances: new Map([
          [
            name("web-1"),
            {
              ...{ requests: counted, statuses: { "1xx": 0, "2xx": 0, "3xx": 0, "4xx": 0, "5xx": 0 } },
              ...{ queued: 0, inFlight: 1, webSockets: 0, response: now.lingering ?? now.response, waited: 0 },
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
        poolSize: 25,
        maxClients: 2000,
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
