import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../testing/eventually.ts";
import { MemoryFleet } from "../testing/memory-fleet.ts";
import { counts, FILE, memberOf, see } from "./autoscaler.fixture.ts";
import type { Engine } from "./engine.ts";
import type { ScaleChange } from "./intent.ts";

/** A fleet whose workers nothing but a person and the schedule moves, down to one; `look` sees so many jobs in hand. */
async function upWithWorkers(fleet: MemoryFleet, grace?: string) {
  const engine = await fleet.engine();
  const scale = { schedules: ["daily 00:00-24:00: min 1"] };
  const worker = { ...FILE.workers.reports, ...(grace !== undefined && { grace }), scale };
  await fleet.up(engine, { ...FILE, workers: { reports: worker } });
  const set = (change: Pick<ScaleChange, "by" | "count">): Promise<unknown> =>
    fleet.run(engine, { name: "scale", changes: [{ group: "worker.reports", ...change }] });
  const look = (inHand = 1): void => see(engine, { rate: 0, inHand, looks: 1, from: Date.now() - 5_000 });
  return { engine, set, look };
}

test("a worker that demand needs no more has all the time that its job takes", async () => {
  await using fleet = await MemoryFleet.create();
  fleet.machine.programs.set("work", { kind: "stubborn" });
  const { engine, set, look } = await upWithWorkers(fleet, "50ms");
  const idle = (): boolean => engine.operations.current === null;
  const second = (): string | undefined => memberOf(engine, "worker-reports-2")?.state;

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
  const { engine, set, look } = await upWithWorkers(fleet);
  const second = (): string | undefined => memberOf(engine, "worker-reports-2")?.state;
  await set({ by: "to", count: 2 });
  await set({ by: "auto", count: 0 });
  look();
  await eventually("it has ended", () => memberOf(engine, "worker-reports-2")?.pid === null);
  assert.equal(engine.ps()?.state, "healthy");
  await set({ by: "to", count: 2 });
  look();
  await eventually("it runs again", () => second() === "ready");
  await set({ by: "auto", count: 0 });
  await eventually("it is gone", () => {
    look();
    return counts(engine).workers === 1 && engine.operations.current === null;
  });
});

test("of several that are needed no more, those that have ended do not wait for the others", async () => {
  await using fleet = await MemoryFleet.create();
  const { engine, set, look } = await upWithWorkers(fleet);
  fleet.machine.programs.set("work", { kind: "stubborn" });
  await set({ by: "to", count: 4 });
  await set({ by: "auto", count: 0 });
  const settles = (left: number): Promise<unknown> =>
    eventually(`${left} are left`, () => {
      look();
      return counts(engine).workers === left && engine.operations.current === null;
    });
  const end = (index: number): void => {
    const pid = memberOf(engine, `worker-reports-${index}`)?.pid ?? 0;
    fleet.machine.kill(pid, { code: 0, signal: null });
  };
  look();
  end(4);
  await settles(3);
  end(2);
  await eventually("the second has ended", () => memberOf(engine, "worker-reports-2")?.pid === null);
  await settles(3);
  end(3);
  await settles(1);
});

test("an engine that takes over does not ask a worker on its way out a second time", async () => {
  await using fleet = await MemoryFleet.create();
  fleet.machine.programs.set("work", { kind: "stubborn" });
  const { engine, set, look } = await upWithWorkers(fleet, "50ms");
  await set({ by: "to", count: 2 });
  await set({ by: "auto", count: 0 });
  look();
  const pid = memberOf(engine, "worker-reports-2")?.pid ?? 0;
  assert.deepEqual(fleet.machine.processes.get(pid)?.signals, ["SIGTERM"]);
  await eventually("that is written down", () => fleet.written.includes('"asked":true'));
  await fleet.kill(engine);

  const second = await fleet.engine();
  see(second, { rate: 0, inHand: 1, looks: 1, from: Date.now() - 5_000 });
  assert.equal(memberOf(second, "worker-reports-2")?.state, "draining");
  assert.deepEqual(fleet.machine.processes.get(pid)?.signals, ["SIGTERM"]);
  await fleet.run(second, { name: "down" });
  assert.deepEqual(fleet.machine.processes.get(pid)?.signals, ["SIGTERM", "SIGKILL"]);
});

test("an engine that takes over goes on with a fall that was decided, although it would not decide on one now", async () => {
  await using fleet = await MemoryFleet.create();
  fleet.machine.programs.set("work", { kind: "stubborn" });
  const engine = await fleet.engine();
  const scale = { library: "bullmq", rules: ["queue < 10: -1"] };
  await fleet.up(engine, { ...FILE, workers: { reports: { ...FILE.workers.reports, scale } } });
  for (const change of [{ by: "to", count: 2 } as const, { by: "auto", count: 0 } as const])
    await fleet.run(engine, { name: "scale", changes: [{ group: "worker.reports", ...change }] });
  const look = (one: Engine): void => see(one, { rate: 0, inHand: 1, looks: 1, from: Date.now() - 5_000 });
  const why = (one: Engine) => one.ps()?.scaling?.find(({ group }) => group === "worker.reports")?.why ?? "";
  look(engine);
  assert.match(why(engine), /^2 → 1: queue < 10/);
  await eventually("that is written down", () => fleet.written.includes('"asked":true'));
  await fleet.kill(engine);

  const second = await fleet.engine();
  await second.resumed;
  look(second);
  assert.match(why(second), /^stays 1: .*kept: it changed less than five minutes ago/);
  assert.equal(memberOf(second, "worker-reports-2")?.state, "draining");
  fleet.machine.kill(memberOf(second, "worker-reports-2")?.pid ?? 0, { code: 0, signal: null });
  await eventually("it is gone", () => {
    look(second);
    return counts(second).workers === 1 && second.operations.current === null;
  });
});
