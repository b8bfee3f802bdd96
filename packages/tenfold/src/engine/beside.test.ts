import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MemberName } from "../fleet/member.ts";
import { eventually } from "../testing/eventually.ts";
import { deploy } from "../testing/memory-deploys.ts";
import { MemoryFleet } from "../testing/memory-fleet.ts";
import { counts, FILE, journal, memberOf, see } from "./autoscaler.fixture.ts";
import type { Engine } from "./engine.ts";

const GROWING = { ...FILE, release: ["migrate"], deploy: { watch: "20ms" } } as const;

/** A fleet that grows with what it sees, and a migration that ends when told. */
async function upWithMigration(fleet: MemoryFleet) {
  const engine = await fleet.engine();
  await fleet.up(engine, GROWING);
  const { promise, resolve: migrated } = Promise.withResolvers<void>();
  fleet.machine.programs.set("migrate", { kind: "exits", code: 0, output: "", after: promise });
  const before = fleet.machine.ran.length;
  const begins = (): Promise<unknown> =>
    eventually("it migrates", () => fleet.machine.ran.slice(before).some(([program]) => program === "migrate"));
  return { engine, migrated, begins };
}

function why(engine: Engine, group: string): string {
  return engine.ps()?.scaling?.find((one) => one.group === group)?.why ?? "";
}

function crowd(engine: Engine, load: { rate: number; queued: number }): void {
  see(engine, { ...load, looks: 1, from: Date.now() - 5_000 });
}

const named = (...names: string[]): MemberName[] => names as MemberName[];

const isReady =
  (engine: Engine, name: string): (() => boolean) =>
  () =>
    memberOf(engine, name)?.state === "ready";

describe("growth beside what a person has begun", () => {
  test("a release command does not hold it up, and what joins meanwhile is of the release that serves", async () => {
    await using fleet = await MemoryFleet.create();
    const { engine, migrated, begins } = await upWithMigration(fleet);
    const deployed = deploy(fleet, engine, {}, GROWING);
    await begins();
    crowd(engine, { rate: 110, queued: 200 });
    assert.match(why(engine, "worker.reports"), /^1 → 4: (?!.*waits for)/);
    await eventually("workers work", isReady(engine, "worker-reports-4"));
    await eventually("a third instance serves", () => fleet.tier.serving.some((name) => name === "web-3"));
    assert.equal(engine.operations.current?.name, "deploy");
    const releases = engine.ps()?.members.flatMap(({ release }) => release ?? []);
    assert.deepEqual(new Set(releases), new Set([1]));
    migrated();
    await deployed;
    assert.deepEqual(fleet.tier.serving, ["web-1", "web-2", "web-3"]);
    const then = engine.ps()?.members.flatMap(({ release }) => release ?? []);
    assert.deepEqual([then?.length, new Set(then)], [7, new Set([2])]);
    assert.equal(engine.ps()?.state, "healthy");
  });

  test("what still boots when the plan goes on becomes part of it", async () => {
    await using fleet = await MemoryFleet.create();
    const { engine, migrated, begins } = await upWithMigration(fleet);
    const deployed = deploy(fleet, engine, {}, GROWING);
    await begins();
    fleet.tier.broken.set("web-3", "still boots");
    crowd(engine, { rate: 110, queued: 0 });
    await eventually("it boots", () => fleet.alive().some((name) => name === "web-3"));
    migrated();
    await eventually("the release is rolled out", () => engine.ps()?.release === 2);
    fleet.tier.broken.clear();
    await deployed;
    assert.deepEqual(fleet.tier.serving, ["web-1", "web-2", "web-3"]);
    assert.doesNotMatch(journal(fleet), /"event":"fault"/);
    assert.deepEqual(
      engine.ps()?.members.flatMap(({ kind, release, state }) => (kind === "web" ? [[release, state]] : [])),
      [
        [2, "ready"],
        [2, "ready"],
        [2, "ready"],
      ],
    );
  });

  test("what has grown stays when the release fails", async () => {
    await using fleet = await MemoryFleet.create();
    const { engine, migrated, begins } = await upWithMigration(fleet);
    const file = { ...GROWING, web: { ...GROWING.web, command: ["serve-broken"] } };
    fleet.machine.programs.set("serve-broken", { kind: "exits", code: 1, output: "why" });
    const failed = assert.rejects(deploy(fleet, engine, {}, file));
    await begins();
    crowd(engine, { rate: 110, queued: 200 });
    await eventually("a third instance serves", () => fleet.tier.serving.some((name) => name === "web-3"));
    migrated();
    await failed;
    assert.deepEqual(fleet.tier.serving, ["web-1", "web-2", "web-3"]);
    assert.deepEqual(counts(engine), { web: 3, workers: 4 });
    assert.deepEqual(new Set(engine.ps()?.members.flatMap(({ release }) => release ?? [])), new Set([1]));
    assert.equal(engine.ps()?.state, "healthy");
  });

  test("workers that take their time to end hold up neither others nor the web tier", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    const file = {
      ...FILE,
      deploy: { watch: 0 },
      workers: { ...FILE.workers, slow: { command: ["slow"], grace: "1h" } },
    };
    fleet.machine.programs.set("slow", { kind: "stubborn" });
    await fleet.up(engine, file);
    const deployed = deploy(fleet, engine, {}, file);
    await eventually("only the slow worker is left", () => {
      const releases = engine.ps()?.members.map(({ name, release }) => [name, release]) ?? [];
      return (
        releases.filter(([, release]) => release === 1).every(([name]) => name === "worker-slow-1") &&
        !fleet.alive().some((name) => name === "web-3")
      );
    });
    crowd(engine, { rate: 110, queued: 200 });
    await eventually("workers work", isReady(engine, "worker-reports-4"));
    await eventually("a third instance serves", () => {
      // Until the stand-in is forgotten.
      if (why(engine, "web").includes("waits for")) crowd(engine, { rate: 110, queued: 200 });
      return fleet.tier.serving.some((name) => name === "web-3");
    });
    assert.equal(engine.operations.current?.name, "deploy");
    engine.operations.current?.hurry.abort();
    await deployed;
    const releases = engine.ps()?.members.flatMap(({ release }) => release ?? []);
    assert.deepEqual([releases?.length, new Set(releases)], [8, new Set([2])]);
    assert.equal(engine.ps()?.state, "healthy");
  });

  test("while instances are replaced workers join, and the web tier's growth waits and says for what", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FILE);
    // It stands in for those that are restarted.
    fleet.tier.broken.set("web-3", "still boots");
    const restarted = fleet.run(engine, { name: "restart", members: named("web-1", "web-2") });
    await eventually("the stand-in boots", () => fleet.alive().some((name) => name === "web-3"));
    crowd(engine, { rate: 110, queued: 200 });
    await eventually("workers work", isReady(engine, "worker-reports-4"));
    const scaling = engine.ps()?.scaling?.find(({ group }) => group === "web");
    assert.match(scaling?.why ?? "", /^2 → 3: .*; waits for restart, under way since \d\d:\d\d:\d\dZ$/);
    assert.deepEqual([scaling?.from, scaling?.target, scaling?.waits?.operation], [2, 3, "restart"]);
    // Told once, decided anew with every look.
    crowd(engine, { rate: 110, queued: 200 });
    assert.equal(journal(fleet).split("waits for restart").length, 2);
    fleet.tier.broken.clear();
    await restarted;
    assert.equal(fleet.tier.serving.length, 2);
    crowd(engine, { rate: 110, queued: 200 });
    await eventually("a third instance serves", () => fleet.tier.serving.length === 3);
    assert.doesNotMatch(why(engine, "web"), /waits for/);
  });

  test("a rule that waits has not changed anything yet", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, { ...FILE, web: { ...FILE.web, scale: { rules: ["rps > 10: +1"] } } });
    fleet.tier.broken.set("worker-reports-2", "still boots");
    const changes = [{ group: "worker.reports", by: "to", count: 2 }] as const;
    const scaled = fleet.run(engine, { name: "scale", changes });
    await eventually("the worker boots", () => fleet.alive().some((name) => name === "worker-reports-2"));
    for (const _ of [1, 2]) {
      crowd(engine, { rate: 200, queued: 0 });
      assert.match(why(engine, "web"), /^2 → 3: rps > 10: \+1 .*; waits for scale, under way/);
    }
    fleet.tier.broken.clear();
    await scaled;
  });

  test("growth that an operation cuts short is finished by the next look", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FILE);
    // A number that is written down, and a restart before anything of it has begun.
    crowd(engine, { rate: 0, queued: 200 });
    await fleet.run(engine, { name: "restart", members: named("web-1") });
    await eventually("all of them work", () => {
      crowd(engine, { rate: 0, queued: 200 });
      return fleet.alive().filter((name) => name.startsWith("worker-")).length === 4;
    });
  });
});
