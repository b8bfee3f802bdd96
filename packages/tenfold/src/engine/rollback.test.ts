import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Fault } from "../fault/fault.ts";
import type { MemberName } from "../fleet/member.ts";
import { deploy, migrations, running, served } from "../testing/memory-deploys.ts";
import { MemoryFleet } from "../testing/memory-fleet.ts";

describe("a rollback", () => {
  test("goes to the release before, or to the one that is named, without its release command", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await running(fleet);
    await deploy(fleet, engine);
    await deploy(fleet, engine);
    const ran = migrations(fleet);
    await fleet.run(engine, { name: "rollback", to: null });
    assert.deepEqual(served(fleet, engine), [2, 2, 2]);
    await fleet.run(engine, { name: "rollback", to: 3 });
    assert.deepEqual(served(fleet, engine), [3, 3, 3]);
    await fleet.run(engine, { name: "rollback", to: 1 });
    assert.deepEqual(served(fleet, engine), [1, 1, 1]);
    assert.equal(migrations(fleet), ran);
  });

  test("tells where it goes, and a deploy what serves in the end", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await running(fleet);
    const notes: string[] = [];
    engine.events.subscribe((event) => event.kind === "note" && notes.push(event.text));
    await deploy(fleet, engine);
    assert.equal(notes.pop(), "release 2 serves");
    await fleet.run(engine, { name: "rollback", to: null });
    assert.deepEqual(notes.slice(-1), ["release 1 serves"]);
    assert.ok(notes.includes("going back from release 2 to release 1"));
  });

  test("goes to what served before the deploy, not to a release that was rolled back itself, however many there were", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await running(fleet);
    for (let round = 0; round < 7; round += 1) {
      await deploy(fleet, engine);
      assert.deepEqual(served(fleet, engine), [2 + round, 2 + round, 2 + round]);
      await fleet.run(engine, { name: "rollback", to: null });
      assert.deepEqual(served(fleet, engine), [1, 1, 1]);
    }
    await assert.rejects(
      fleet.run(engine, { name: "rollback", to: null }),
      (error) => error instanceof Fault && error.code === "TF_RELEASE_UNKNOWN",
    );
  });

  test("a release that is not kept is refused, and those that are, are named", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await running(fleet);
    await deploy(fleet, engine);
    await assert.rejects(
      fleet.run(engine, { name: "rollback", to: 9 }),
      (error) => error instanceof Fault && error.code === "TF_RELEASE_UNKNOWN" && /1/.test(error.hint ?? ""),
    );
    assert.equal(fleet.alive().includes("web-1" as MemberName), true);
  });
});
