import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { QueueFigures } from "../fleet/figures.ts";
import type { Observation } from "../fleet/observation.ts";
import { eventually } from "../testing/eventually.ts";
import { MemoryFleet } from "../testing/memory-fleet.ts";
import { counts, FILE, journal, observation, see, stateOf } from "./autoscaler.fixture.ts";
import type { Engine } from "./engine.ts";

function groupsOf(engine: Engine): string[] {
  return (engine.ps()?.scaling ?? []).map(({ group }) => group);
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

  test("a request costs no more than answers take now, whatever a mean of many still says of a slow hour", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, { ...FILE, web: { ...FILE.web, concurrency: 10 } });
    see(engine, { rate: 200, response: 4_000, took: 20, looks: 1, from: Date.now() + 21_000 });
    const why = engine.ps()?.scaling?.find(({ group }) => group === "web")?.why ?? "";
    assert.match(why, /200 req\/s × 2(\.\d+)? ms/);
  });

  test("how long instances have run when an engine takes them over is not how long they boot", async () => {
    await using fleet = await MemoryFleet.create();
    const first = await fleet.engine();
    await fleet.up(first, FILE);
    await eventually("they are written down", () => fleet.written.split('"readyAt"').length > 2);
    await fleet.kill(first);
    fleet.ahead = 2 * 3_600_000;
    const second = await fleet.engine();
    await eventually("they are ready again", () => stateOf(second).every((state) => state === "ready"));
    // Instances that booted for two hours would have to be launched for what this rise leads to in two hours.
    const from = Date.now() + fleet.ahead + 21_000;
    for (let look = 0; look < 30; look += 1) see(second, { rate: 40 + look, looks: 1, from: from + look * 5_000 });
    assert.equal(
      counts(second).web,
      2,
      second
        .ps()
        ?.scaling?.map(({ why }) => why)
        .join("\n"),
    );
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

  test("late answers of instances that hardly compute are told, for CPU alone does not show what they wait for", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, { ...FILE, web: { command: ["serve"], instances: { min: 2, max: 6 }, slowStart: 0 } });
    const why = (): string => engine.ps()?.scaling?.find(({ group }) => group === "web")?.why ?? "";
    see(engine, { rate: 15, p95: 900, looks: 1, from: Date.now() + 21_000 });
    assert.match(why(), /; 95 % of the answers take up to 900 ms \(scale\.target is 250ms\) while instances use 0 %/);
    see(engine, { rate: 15, p95: 90, looks: 1, from: Date.now() + 26_000 });
    assert.doesNotMatch(why(), /95 %/);
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

  test("a number that is set by hand wins over a schedule, as scale says", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, { ...FILE, web: { ...FILE.web, scale: { schedules: ["daily 00:00-24:00: min 4"] } } });
    await fleet.run(engine, { name: "scale", changes: [{ group: "web", by: "to", count: 3 }] });
    see(engine, { rate: 1, looks: 1, from: Date.now() - 5_000 });
    assert.equal(counts(engine).web, 3);
    assert.equal(engine.operations.current, null);
  });

  test("a number is set for a time only where somebody gives it back", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, { ...FILE, web: { ...FILE.web, scale: { dryRun: true } }, scheduler: { command: ["x"] } });
    const set = (group: string, by: "to" | "auto"): Promise<void> =>
      fleet.run(engine, { name: "scale", lasting: 1000, changes: [{ group, by, count: 2 }] });
    await assert.rejects(set("web", "to"), /--for: the number of web does not move by itself/);
    await assert.rejects(set("worker.reports", "auto"), /--for does not go with worker\.reports=auto/);
    await assert.rejects(set("redis.replicas", "to"), /redis\.replicas does not move by itself/);
    await set("worker.reports", "to");
  });

  test("a number that the file fixes anew is taken, and why it moved is told no more", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FILE);
    await fleet.run(engine, { name: "scale", changes: [{ group: "web", by: "to", count: 5 }] });
    see(engine, { rate: 1, looks: 1, from: Date.now() - 5_000 });
    await fleet.up(engine, { ...FILE, web: { ...FILE.web, instances: { min: 2, max: 4 } } });
    assert.equal(counts(engine).web, 4);
    await fleet.up(engine, { ...FILE, web: { ...FILE.web, instances: 2 } });
    see(engine, { rate: 1, looks: 1, from: Date.now() - 5_000 });
    assert.equal(counts(engine).web, 2);
    assert.deepEqual(groupsOf(engine), ["worker.reports"]);
    await fleet.up(engine, FILE);
    assert.deepEqual(groupsOf(engine), ["web", "worker.reports"], "before the first look");
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
      pooler: { clients: 30, waiting: 0, longestWait: 0, servers: 10, maxClients: 2000, poolSize: 20 },
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

  test("a queue that somebody has paused needs no more workers, and says so", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FILE);
    const why = () => engine.ps()?.scaling?.find(({ group }) => group === "worker.reports")?.why ?? "";
    const from = Date.now() - 20_000;
    const paused = { queued: 0, inFlight: 0, oldest: 0, arrived: 0, paused: 50 };
    const seen = (look: number, queue: QueueFigures): Observation => ({
      ...observation(from + look * 5_000, { requests: 0 }),
      queues: new Map([["reports", queue]]),
    });
    const waiting = { queued: 50, inFlight: 0, oldest: 43_000, arrived: 0 };
    engine.see(seen(1, paused), seen(0, waiting));
    assert.equal(why(), "stays 1: no fresh measurements; the queue is paused, 50 jobs wait for it to go on");
    engine.see(seen(2, paused), seen(1, paused));
    assert.match(why(), /^stays 1: .* 0 queued, 0 in flight.*; the queue is paused, 50 jobs wait for it to go on$/);
    engine.see(seen(3, waiting), seen(2, paused));
    engine.see(seen(4, waiting), seen(3, waiting));
    assert.match(why(), /^1 → 4: .* 50 queued, 0 in flight/);
    await eventually("they work", () => counts(engine).workers === 4 && engine.operations.current === null);
  });

  test("whoever sets a number of workers to none is told what becomes of their jobs", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    const reports = { ...FILE.workers.reports, instances: { min: 0, max: 4 } };
    await fleet.up(engine, { ...FILE, workers: { reports } });
    const notes: string[] = [];
    engine.events.subscribe((event) => event.kind === "note" && notes.push(event.text));
    for (const count of [1, 0])
      await fleet.run(engine, { name: "scale", changes: [{ group: "worker.reports", by: "to", count }] });
    const until = "until tenfold scale worker.reports=auto";
    assert.deepEqual(notes, [
      `worker.reports stays 1 ${until}`,
      `worker.reports stays 0 ${until}; nobody takes its jobs until then`,
    ]);
  });
});
