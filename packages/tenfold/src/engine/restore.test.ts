import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Fault } from "../fault/fault.ts";
import { MEMORY_BACKUP } from "../testing/memory-backup.ts";
import { FULL_FILE, MemoryFleet } from "../testing/memory-fleet.ts";
import type { Request } from "./request.ts";

const ORDER = { up: null, backup: null, to: { kind: "latest" }, parts: null, from: null } as const;
const RESTORE: Request = { name: "restore", restore: ORDER };
const BACKUP: Request = { name: "backup", backup: { verify: true, existing: null } };

async function rejection(promise: Promise<void>): Promise<Fault> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Fault, `no fault: ${String(error)}`);
  return error;
}

describe("a restore", () => {
  test("fetches while the fleet serves, and stops it only when all is there", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    const balancer = fleet.pidOf("balancer-1");
    fleet.tier.trace.length = 0;
    await fleet.run(engine, RESTORE);
    const at = (text: string): number => fleet.tier.trace.indexOf(text);
    assert.ok(at("mark") < at("fetch postgres"));
    assert.ok(at("recover postgres") < at("serve "), fleet.tier.trace.join("\n"));
    assert.ok(at("serve ") < at("replace postgres"));
    assert.equal(fleet.tier.data, MEMORY_BACKUP.id);
    assert.equal(fleet.pidOf("balancer-1"), balancer);
    assert.equal(engine.ps()?.state, "healthy");
  });

  test("runs the release command again, since the data may be older than the code", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    const migrations = (): number => fleet.machine.ran.filter(([program]) => program === "migrate").length;
    assert.equal(migrations(), 1);
    await fleet.run(engine, { name: "restore", restore: { ...ORDER, parts: ["storage"] } });
    assert.equal(migrations(), 1);
    await fleet.run(engine, RESTORE);
    assert.equal(migrations(), 2);
  });

  test("that cannot fetch leaves everything running", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    const alive = fleet.alive();
    const pid = fleet.pidOf("postgres-1");
    fleet.tier.failing.add("fetch redis");
    assert.equal((await rejection(fleet.run(engine, RESTORE))).code, "TF_RESTORE_FAILED");
    assert.deepEqual(fleet.alive(), alive);
    assert.equal(fleet.pidOf("postgres-1"), pid);
    assert.equal(fleet.tier.data, "live");
    fleet.tier.failing.clear();
    await fleet.run(engine, RESTORE);
    assert.equal(fleet.tier.data, MEMORY_BACKUP.id);
  });

  test("of which the release command fails puts everything back", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    fleet.machine.programs.set("migrate", { kind: "exits", code: 1, output: "no such column" });
    const fault = await rejection(fleet.run(engine, RESTORE));
    assert.equal(fault.code, "TF_RESTORE_FAILED");
    assert.match(fault.hint ?? "", /^everything is as it was before/);
    assert.equal(fleet.tier.data, "live");
    assert.equal(engine.ps()?.state, "healthy");
  });

  test("shows its steps in a dry run, and does none of them", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    const plan = await fleet.plan(engine, RESTORE);
    assert.deepEqual(plan.slice(0, 3), [
      "mark the log of postgres",
      "fetch postgres",
      "play the log back over postgres",
    ]);
    assert.deepEqual(plan.slice(-3), ["put in place postgres", "put in place redis", "put in place storage"]);
    assert.equal(
      plan.some((step) => step.includes("balancer")),
      false,
    );
    assert.equal(fleet.tier.data, "live");
  });
});

describe("a backup", () => {
  test("saves, is whole, is tried, and removes what is not needed, in this order", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    fleet.tier.trace.length = 0;
    await fleet.run(engine, BACKUP);
    assert.deepEqual(fleet.tier.trace, ["save postgres", "save redis", "save storage", "seal", "try", "prune"]);
  });

  test("that cannot save a part is none, and removes nothing", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    fleet.tier.trace.length = 0;
    fleet.tier.failing.add("save redis");
    await rejection(fleet.run(engine, BACKUP));
    assert.deepEqual(fleet.tier.trace, ["save postgres", "save redis"]);
  });

  test("holds up no other operation, and one of a second caller is refused", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const backingUp = engine.copies.run("backup", { pid: 1, user: "somebody" }, () => held);
    await fleet.run(engine, { name: "scale", changes: [{ group: "web", by: "to", count: 4 }] });
    assert.equal((await rejection(fleet.run(engine, BACKUP))).code, "TF_LOCKED");
    letGo();
    await backingUp;
  });

  test("of a fleet that is down is refused", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    await fleet.run(engine, { name: "down" });
    assert.equal((await rejection(fleet.run(engine, BACKUP))).code, "TF_NOT_RUNNING");
  });
});
