import { readFileSync } from "node:fs";
import type { MemberName } from "../fleet/member.ts";
import type { Observation } from "../fleet/observation.ts";
import type { MemoryFleet } from "../testing/memory-fleet.ts";
import type { Engine } from "./engine.ts";

export const FILE = {
  name: "shop",
  web: { command: ["serve"], instances: { min: 2, max: 6 }, slowStart: 0, concurrency: 1 },
  workers: { reports: { command: ["work"], instances: { min: 1, max: 4 }, scale: { library: "bullmq", wait: "10s" } } },
  postgres: false,
  redis: { replicas: 0, sentinels: 0 },
  cache: false,
} as const;

/** What the engine would see at a moment; counters go on from the moment before. */
export function observation(
  at: number,
  counters: {
    requests: number;
    jobs?: number;
    queued?: number;
    response?: number | undefined;
    waited?: number | undefined;
    /** What they took that were answered since the moment before; none are counted without. */
    took?: number | undefined;
    p95?: number | undefined;
    inHand?: number | undefined;
  },
): Observation {
  const { response = 20, waited = 0, took, p95 } = counters;
  const instances = ["web-1", "web-2"] as MemberName[];
  return {
    at,
    members: { names: instances, cpu: new Float32Array(2), memory: new Float64Array(2), restarts: new Uint32Array(2) },
    web: {
      requests: counters.requests,
      errors: 0,
      unanswered: 0,
      refused: 0,
      queued: 0,
      answers: {
        process: 1,
        counts: new Map(took === undefined ? [] : [[took * 1_000, Math.round(counters.requests)]]),
      },
      instances: new Map(
        instances.map((name) => [
          name,
          {
            ...{
              requests: counters.requests / 2,
              statuses: { "1xx": 0, "2xx": counters.requests / 2, "3xx": 0, "4xx": 0, "5xx": 0 },
            },
            ...{ queued: 0, inFlight: 0, webSockets: 0, response, waited },
          },
        ]),
      ),
    },
    latency: p95 === undefined ? null : { answers: 100, seconds: 5, p50: 10, p95, p99: p95 },
    database: null,
    pooler: null,
    redis: new Map(),
    queues: new Map([
      [
        "reports",
        { queued: counters.queued ?? 0, inFlight: counters.inHand ?? 1, oldest: 0, arrived: counters.jobs ?? 0 },
      ],
    ]),
    unread: new Map(),
  };
}

export function counts(engine: Engine): { web: number; workers: number } {
  const members = engine.ps()?.members ?? [];
  const of = (kind: string): number => members.filter((member) => member.kind === kind).length;
  return { web: of("web"), workers: of("worker") };
}

export function memberOf(
  engine: Engine,
  name: string,
): { readonly state: string; readonly pid: number | null } | undefined {
  return engine.ps()?.members.find((member) => member.name === name);
}

export function stateOf(engine: Engine): string[] {
  return (engine.ps()?.members ?? []).map(({ state }) => state);
}

export function journal({ directory }: MemoryFleet): string {
  return readFileSync(`${directory}/.tenfold/journal.jsonl`, "utf8");
}

/** Lets the engine see a load for a while, a look every five seconds of its own time. */
export function see(
  engine: Engine,
  load: {
    rate: number;
    jobs?: number;
    queued?: number;
    response?: number;
    waited?: number;
    took?: number;
    p95?: number;
    inHand?: number;
    looks: number;
    from: number;
  },
): void {
  for (let look = 0; look < load.looks; look += 1) {
    const before = load.from + look * 5_000;
    const at = (moment: number): Observation =>
      observation(moment, {
        requests: (load.rate * (moment - load.from)) / 1000,
        jobs: ((load.jobs ?? 0) * (moment - load.from)) / 1000,
        queued: load.queued ?? 0,
        response: load.response,
        waited: load.waited,
        took: load.took,
        p95: load.p95,
        inHand: load.inHand,
      });
    engine.see(at(before + 5_000), at(before));
  }
}
