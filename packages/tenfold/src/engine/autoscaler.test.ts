import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { MemberName } from "../fleet/member.ts";
import type { Observation } from "../fleet/observation.ts";
import { eventually } from "../testing/eventually.ts";
import { MemoryFleet } from "../testing/memory-fleet.ts";
import type { Engine } from "./engine.ts";
import type { ScaleChange } from "./intent.ts";

const FILE = {
  name: "shop",
  web: { command: ["serve"], instances: { min: 2, max: 6 }, slowStart: 0, concurrency: 1 },
  workers: { reports: { command: ["work"], instances: { min: 1, max: 4 }, scale: { library: "bullmq", wait: "10s" } } },
  postgres: false,
  redis: { replicas: 0, sentinels: 0 },
  cache: false,
} as const;

/** What the engine would see at a moment; counters go on from the moment before. */
function observation(
  at: number,
  counters: {
    requests: number;
    jobs?: number;
    queued?: number;
    response?: number | undefined;
    waited?: number | undefined;
    p95?: number | undefined;
    inHand?: number | undefined;
  },
): Observation {
  const { response = 20, waited = 0, p95 } = counters;
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
      answers: { process: 1, counts: new Map() },
      instances: new Map(
        instances.map((name) => [
          name,
          {
            ...{ requests: counters.requests / 2, statuses: { "1xx": 0, "2xx": 0, "3xx": 0, "4xx": 0, "5xx": 0 } },
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

function counts(engine: Engine): { web: number; workers: number } {
  const members = engine.ps()?.members ?? [];
  const of = (kind: string): number => members.filter((member) => member.kind === kind).length;
  return { web: of("web"), workers: of("worker") };
}

function memberOf(engine: Engine, name: string): { readonly state: string } | undefined {
  return engine.ps()?.members.find((member) => member.name === name);
}

function stateOf(engine: Engine): string[] {
  return (engine.ps()?.members ?? []).map(({ state }) => state);
}

function journal({ directory }: MemoryFleet): string {
  return readFileSync(`${directory}/.tenfold/journal.jsonl`, "utf8");
}

/** Lets the engine see a load for a while, a look every five seconds of its own time. */
function see(
  engine: Engine,
  load: {
    rate: number;
    jobs?: number;
    queued?: number;
    response?: number;
    waited?: number;
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
        p95: load.p95,
        inHand: load.inHand,
      });
    engine.see(at(before + 5_000), at(before));
  }
}

describe("numbers that move by themselves", () => {
  test("web instances grow with the load, within their bounds, and say why", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FILE);
    assert.equal(counts(engine).web, 2);
    // 200 requests a second of 20 ms each keep four instances busy.
    see(engine, { rate: 200, looks: 1, from: Date.now() - 5_000 });
    await eventually("more instances", () => counts(engine).web > 3 && engine.operations.current === null);
    assert.ok(counts(engine).web <= 6);
    const why = engine.ps()?.scaling?.find(({ group }) => group === "web")?.why ?? "";
    assert.match(why, /2 → \d: 200 req\/s/);
  });

  test("demand does not wait for an instance that boots: a newer number takes over", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FILE);
    fleet.tier.broken.set("web-3", "still boots");
    see(engine, { rate: 110, looks: 1, from: Date.now() - 5_000 });
    await eventually("the third instance starts", () => counts(engine).web === 3);
    see(engine, { rate: 250, looks: 1, from: Date.now() - 5_000 });
    await eventually("more start", () => counts(engine).web > 3);
    fleet.tier.broken.clear();
    await eventually("all serve", () => engine.operations.current === null && !stateOf(engine).includes("starting"));
    assert.equal(fleet.tier.serving.length, counts(engine).web);
    assert.doesNotMatch(journal(fleet), /"event":"fault"/);
  });

  test("a request costs the share of an instance that it holds, and not what it waited", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, { ...FILE, web: { ...FILE.web, concurrency: 10 } });
    // Twenty seconds after they became ready, what instances do is no boot.
    see(engine, { rate: 200, response: 120, waited: 100, looks: 1, from: Date.now() + 21_000 });
    const why = engine.ps()?.scaling?.find(({ group }) => group === "web")?.why ?? "";
    assert.match(why, /200 req\/s × 2 ms = 0\.4 busy/);
  });

  test("rules about the 95th percentile act on it, fixed or by what is usual, and on nothing where it is not known", async () => {
    for (const rule of ["p95 > 100ms", "p95 > 2x baseline"]) {
      await using fleet = await MemoryFleet.create();
      const engine = await fleet.engine();
      await fleet.up(engine, { ...FILE, web: { ...FILE.web, scale: { rules: [rule, "p95 < 1ms: -1"] } } });
      const from = Date.now() - 5_000;
      see(engine, { rate: 200, p95: 60, looks: 12, from });
      see(engine, { rate: 200, looks: 12, from });
      assert.equal(counts(engine).web, 2);
      see(engine, { rate: 200, p95: 180, looks: 1, from });
      await eventually("one more instance", () => counts(engine).web === 3 && engine.operations.current === null);
      const why = engine.ps()?.scaling?.find(({ group }) => group === "web")?.why ?? "";
      assert.equal(why, `2 → 3: ${rule}: +1 (now 180ms)`);
    }
  });

  test("workers grow with what waits", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FILE);
    see(engine, { rate: 0, jobs: 3, queued: 200, looks: 1, from: Date.now() - 5_000 });
    await eventually("more workers", () => counts(engine).workers > 1 && engine.operations.current === null);
    assert.ok(counts(engine).workers <= 4);
  });

  test("a number that a person has set stays, until it is given back", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FILE);
    await fleet.run(engine, { name: "scale", changes: [{ group: "web", by: "to", count: 3 }] });
    see(engine, { rate: 200, looks: 1, from: Date.now() - 5_000 });
    assert.equal(counts(engine).web, 3);
    assert.match(engine.ps()?.scaling?.find(({ group }) => group === "web")?.why ?? "", /set by hand/);
    await fleet.run(engine, { name: "scale", changes: [{ group: "web", by: "auto", count: 0 }] });
    see(engine, { rate: 200, looks: 1, from: Date.now() - 5_000 });
    await eventually("more instances", () => counts(engine).web > 3 && engine.operations.current === null);
  });

  test("a number without bounds is left alone", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, { ...FILE, web: { command: ["serve"], instances: 2 } });
    see(engine, { rate: 5000, looks: 1, from: Date.now() - 5_000 });
    assert.equal(counts(engine).web, 2);
    assert.equal(
      engine.ps()?.scaling?.some(({ group }) => group === "web"),
      false,
    );
  });

  test("no instance is added for which the database has no connections left", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, { ...FILE, postgres: { replicas: 0 } });
    const from = Date.now() - 5_000;
    // Two instances and a worker have 50 past the pool, of 80; a tenth is kept.
    const crowded = (at: number): Observation => ({
      ...observation(at, { requests: (200 * (at - from)) / 1000 }),
      pooler: { clients: 30, waiting: 0, longestWait: 0, servers: 10, poolSize: 20 },
      database: {
        ...{ connections: 60, maxConnections: 100, waitingForLocks: 0, transactions: 0, synchronous: 0 },
        ...{ lag: new Map(), statements: null },
      },
    });
    engine.see(crowded(from + 5_000), crowded(from));
    await eventually("one more instance", () => counts(engine).web === 3 && engine.operations.current === null);
    const why = engine.ps()?.scaling?.find(({ group }) => group === "web")?.why ?? "";
    assert.match(why, /^2 → 3: .*; the database's connections suffice for 3 instances, wanted \d/);
  });

  test("a dry run tells where decisions would lead, and moves nothing", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, { ...FILE, web: { ...FILE.web, scale: { dryRun: true } } });
    const from = Date.now() - 5_000;
    see(engine, { rate: 110, looks: 1, from });
    see(engine, { rate: 200, looks: 1, from });
    const why = engine.ps()?.scaling?.find(({ group }) => group === "web")?.why ?? "";
    assert.match(why, /^dry run, 2 run: [3-5] → [4-6]: 200 req\/s/);
    assert.match(journal(fleet), /dry run, 2 run: 2 → /);
    assert.equal(counts(engine).web, 2);
    assert.equal(engine.operations.current, null);
  });

  test("a worker that demand needs no more has all the time that its job takes", async () => {
    await using fleet = await MemoryFleet.create();
    fleet.machine.programs.set("work", { kind: "stubborn" });
    const engine = await fleet.engine();
    const worker = { ...FILE.workers.reports, grace: "50ms", scale: { schedules: ["daily 00:00-24:00: min 1"] } };
    await fleet.up(engine, { ...FILE, workers: { reports: worker } });
    const set = (change: Pick<ScaleChange, "by" | "count">): Promise<unknown> =>
      fleet.run(engine, { name: "scale", changes: [{ group: "worker.reports", ...change }] });
    const idle = (): boolean => engine.operations.current === null;
    const second = (): string | undefined => memberOf(engine, "worker-reports-2")?.state;
    const look = (inHand: number): void => see(engine, { rate: 0, inHand, looks: 1, from: Date.now() - 5_000 });

    await set({ by: "to", count: 2 });
    await set({ by: "auto", count: 0 });
    look(1);
    assert.equal(second(), "draining");
    await new Promise((resolve) => setTimeout(resolve, 100));
    look(1);
    assert.equal(second(), "draining");
    assert.ok(idle(), "nothing else waits for it");
    // It is needed after all.
    await set({ by: "to", count: 2 });
    look(1);
    await eventually("it is back", () => second() === "ready");
    await set({ by: "auto", count: 0 });
    look(1);
    assert.equal(second(), "draining");
    // It goes on, and nobody has a job.
    await eventually("it is ended after its grace", () => {
      look(0);
      return counts(engine).workers === 1 && idle();
    });
  });

  test("a worker that has ended by itself on the way out is started again when it is needed after all", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    const worker = { ...FILE.workers.reports, scale: { schedules: ["daily 00:00-24:00: min 1"] } };
    await fleet.up(engine, { ...FILE, workers: { reports: worker } });
    const set = (change: Pick<ScaleChange, "by" | "count">): Promise<unknown> =>
      fleet.run(engine, { name: "scale", changes: [{ group: "worker.reports", ...change }] });
    const look = (): void => see(engine, { rate: 0, inHand: 1, looks: 1, from: Date.now() - 5_000 });
    const second = (): string | undefined => memberOf(engine, "worker-reports-2")?.state;
    await set({ by: "to", count: 2 });
    await set({ by: "auto", count: 0 });
    look();
    await eventually("it has ended", () => second() === "stopped");
    await set({ by: "to", count: 2 });
    look();
    await eventually("it runs again", () => second() === "ready");
    await set({ by: "auto", count: 0 });
    await eventually("it is gone", () => {
      look();
      return counts(engine).workers === 1 && engine.operations.current === null;
    });
  });

  test("why a queue could not be read is told", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FILE);
    const from = Date.now() - 5_000;
    const blind = (at: number): Observation => ({
      ...observation(at, { requests: 0 }),
      queues: new Map(),
      unread: new Map([["reports", "its command exited with 3: no broker"]]),
    });
    engine.see(blind(from + 5_000), blind(from));
    const why = engine.ps()?.scaling?.find(({ group }) => group === "worker.reports")?.why;
    assert.equal(why, "stays 1: no fresh measurements; its command exited with 3: no broker");
  });
});
