import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MemberName } from "../../fleet/member.ts";
import { eventually } from "../../testing/eventually.ts";
import { FULL_FILE, MemoryFleet } from "../../testing/memory-fleet.ts";
import type { Engine } from "../engine.ts";

const KILLED = { code: null, signal: "SIGKILL" } as const;
const name = (text: string): MemberName => text as MemberName;

function roleOf(engine: Engine, member: string): string | null | undefined {
  return engine.ps()?.members.find((row) => row.name === member)?.role;
}

function isWhole(engine: Engine): boolean {
  return engine.ps()?.state === "healthy" && engine.operations.current === null;
}

async function started(fleet: MemoryFleet): Promise<Engine> {
  const engine = await fleet.engine();
  await fleet.up(engine, FULL_FILE);
  fleet.tier.trace.length = 0;
  return engine;
}

describe("a PostgreSQL primary that dies", () => {
  test("is replaced by the furthest replica while clients wait, and comes back as a replica", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await started(fleet);
    fleet.tier.positions.set(name("postgres-3"), 101n);
    fleet.machine.kill(fleet.pidOf("postgres-1"), KILLED);
    await eventually("a whole fleet", () => roleOf(engine, "postgres-3") === "primary" && isWhole(engine));
    assert.equal(roleOf(engine, "postgres-1"), "replica");
    assert.equal(fleet.tier.paused, false);
    const order = ["hold", "promote postgres-3", "resume", "prepare postgres-1"];
    const at = order.map((effect) => fleet.tier.trace.indexOf(effect));
    assert.deepEqual(
      at,
      at.toSorted((a, b) => a - b),
    );
    assert.ok(!at.includes(-1), fleet.tier.trace.join("; "));
  });

  test("is started again where it was when a replica that may have more does not answer", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await started(fleet);
    fleet.tier.broken.set("postgres-3", "does not answer");
    fleet.machine.kill(fleet.pidOf("postgres-1"), KILLED);
    await eventually("it is the primary again", () => roleOf(engine, "postgres-1") === "primary");
    fleet.tier.broken.delete("postgres-3");
    await eventually("a whole fleet", () => isWhole(engine), 20_000);
    assert.equal(roleOf(engine, "postgres-1"), "primary");
    assert.equal(
      fleet.tier.trace.some((effect) => effect.startsWith("promote")),
      false,
    );
    assert.equal(fleet.tier.paused, false);
  });

  test("is not replaced by a replica that commits did not wait for", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, { ...FULL_FILE, postgres: { replicas: 1, prefer: "availability" } });
    fleet.tier.broken.set("postgres-2", "does not answer");
    const notes: string[] = [];
    engine.events.subscribe((event) => event.kind === "repair" && notes.push(event.detail));
    await eventually(
      "commits wait for nobody",
      () => notes.some((text) => text.includes("prefers availability")),
      15_000,
    );
    fleet.machine.programs.delete("/pg/postgres");
    fleet.machine.kill(fleet.pidOf("postgres-1"), KILLED);
    await eventually("it is the primary again", () => notes.includes("postgres-1 is the primary again"), 15_000);
    assert.ok(notes.some((text) => text.includes("commits waited for no replica")));
  });

  test("whose successor dies at once is not followed by whoever may lack what the successor had", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await started(fleet);
    fleet.tier.positions.set(name("postgres-3"), 101n);
    fleet.tier.lsn = 200n;
    fleet.machine.kill(fleet.pidOf("postgres-1"), KILLED);
    await eventually("postgres-3 leads", () => roleOf(engine, "postgres-3") === "primary");
    fleet.machine.kill(fleet.pidOf("postgres-3"), KILLED);
    await eventually("a whole fleet", () => isWhole(engine));
    assert.equal(roleOf(engine, "postgres-3"), "primary");
  });

  test("that is frozen is ended, and its clients wait before that", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await started(fleet);
    fleet.machine.frozen.add(fleet.pidOf("postgres-1"));
    await eventually("a whole fleet", () => roleOf(engine, "postgres-2") === "primary" && isWhole(engine));
    assert.equal(fleet.tier.trace[0], "hold");
  });

  test("an engine that is killed at any stage of it is followed by one that finishes", async () => {
    for (const stage of ["detected", "fenced", "decided", "done"]) {
      await using fleet = await MemoryFleet.create();
      const first = await started(fleet);
      let killed: Promise<void> | undefined;
      first.events.subscribe((event) => {
        if (event.kind === "repair" && event.stage === stage) killed ??= fleet.kill(first);
      });
      fleet.machine.kill(fleet.pidOf("postgres-1"), KILLED);
      await eventually(`the engine is killed when it is ${stage}`, () => killed !== undefined);
      await killed;
      const second = await fleet.engine();
      await second.resumed;
      await eventually(`a whole fleet after ${stage}`, () => isWhole(second));
      const primaries = second.ps()?.members.filter(({ role }) => role === "primary") ?? [];
      assert.equal(primaries.length, 1);
      assert.equal(fleet.tier.paused, false, `clients still wait after ${stage}`);
    }
  });
});

describe("a Redis master that dies", () => {
  test("is replaced by whom the Sentinels choose, and comes back as a replica", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await started(fleet);
    fleet.machine.kill(fleet.pidOf("redis-1"), KILLED);
    await eventually("a whole fleet", () => roleOf(engine, "redis-2") === "master" && isWhole(engine));
    assert.equal(roleOf(engine, "redis-1"), "replica");
    assert.ok(fleet.tier.trace.includes("follow postgres-1 redis-2"), fleet.tier.trace.join("; "));
  });

  test("whoever the Sentinels made the master by themselves is followed", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await started(fleet);
    fleet.tier.redisMaster = name("redis-2");
    await eventually("it is followed", () => fleet.tier.trace.includes("follow postgres-1 redis-2"));
    await eventually("it is shown", () => roleOf(engine, "redis-2") === "master");
  });
});

describe("anything else that breaks", () => {
  test("a frozen instance, worker or service is ended and started again", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await started(fleet);
    for (const member of ["web-2", "worker-reports-1", "pooler-1", "sentinel-2", "cache-1", "postgres-3"]) {
      const pid = fleet.pidOf(member);
      fleet.machine.frozen.add(pid);
      await eventually(
        `${member} is another process`,
        () => fleet.alive().includes(name(member)) && fleet.pidOf(member) !== pid,
      );
    }
    await eventually("a whole fleet", () => isWhole(engine));
  });

  test("a fleet that is taken down is left down", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await started(fleet);
    await fleet.run(engine, { name: "down" });
    assert.deepEqual(fleet.alive(), []);
    assert.equal(engine.isIdle, true);
    assert.equal(
      fleet.tier.trace.some((effect) => effect.startsWith("promote")),
      false,
    );
  });
});
