import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Fault } from "../fault/fault.ts";
import { eventually } from "../testing/eventually.ts";
import { DEPLOYED, deploy, migrations, order, running, served } from "../testing/memory-deploys.ts";
import { MemoryFleet } from "../testing/memory-fleet.ts";
import { parsePercent } from "../units/percent.ts";

describe("a rolling deploy", () => {
  test("replaces every instance and worker under its own name, from a copy of the code", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await running(fleet);
    let least = 3;
    const watch = setInterval(() => {
      least = Math.min(least, fleet.tier.serving.length);
    }, 0);
    await deploy(fleet, engine);
    clearInterval(watch);
    assert.ok(least >= 3, `only ${least} served`);
    assert.deepEqual(fleet.tier.serving, ["web-1", "web-2", "web-3"]);
    assert.deepEqual(served(fleet, engine), [2, 2, 2]);
    assert.equal(migrations(fleet), 2);
    const worker = fleet.machine.alive().find(({ member }) => member.startsWith("worker"));
    assert.equal(worker?.launch.cwd, `${fleet.directory}/releases/2`);
    assert.deepEqual(
      engine.releases()?.releases.map(({ release, state }) => [release, state]),
      [
        [2, "current"],
        [1, "kept"],
      ],
    );
  });

  test("what has not changed is not deployed again, unless by force", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await running(fleet);
    await deploy(fleet, engine);
    const pid = fleet.pidOf("web-1");
    await fleet.run(engine, { name: "deploy", deploy: order(fleet) });
    assert.equal(fleet.pidOf("web-1"), pid);
    await fleet.run(engine, { name: "deploy", deploy: order(fleet, { force: true }) });
    assert.notEqual(fleet.pidOf("web-1"), pid);
  });

  for (const [what, program, code] of [
    ["does not start", "serve-broken", "TF_DEPLOY_FAILED"],
    ["cannot migrate", "migrate", "TF_DEPLOY_FAILED"],
  ] as const) {
    test(`a release that ${what} leaves the old one serving, untouched, and is written down as failed`, async () => {
      await using fleet = await MemoryFleet.create();
      const engine = await running(fleet);
      const pids = ["web-1", "web-2", "web-3", "worker-reports-1"].map((name) => fleet.pidOf(name));
      fleet.machine.programs.set(program, { kind: "exits", code: 1, output: "why" });
      const file = {
        ...DEPLOYED,
        web: { command: [what === "does not start" ? "serve-broken" : "serve"], instances: 3 },
      };
      await assert.rejects(deploy(fleet, engine, {}, file), (error) => {
        assert.ok(error instanceof Fault && error.code === code, String(error));
        assert.match(error.hint ?? "", /release 1 serves, as before/);
        return true;
      });
      assert.deepEqual(
        ["web-1", "web-2", "web-3", "worker-reports-1"].map((name) => fleet.pidOf(name)),
        pids,
      );
      assert.deepEqual(served(fleet, engine), [1, 1, 1]);
      assert.equal(fleet.machine.alive().length, 5);
      assert.equal(engine.releases()?.releases[0]?.state, "failed");
    });
  }

  test("a release whose worker fails after its instances served is taken back whole", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await running(fleet);
    fleet.machine.programs.set("work-broken", { kind: "exits", code: 1, output: "" });
    const file = { ...DEPLOYED, workers: { reports: { command: ["work-broken"] } } };
    await assert.rejects(
      deploy(fleet, engine, {}, file),
      (error) => error instanceof Fault && error.code === "TF_DEPLOY_FAILED",
    );
    assert.deepEqual(served(fleet, engine), [1, 1, 1]);
    assert.equal(engine.ps()?.state, "healthy");
    assert.equal(fleet.machine.alive().find(({ member }) => member.startsWith("worker"))?.launch.argv[0], "work");
  });

  test("one that is cancelled goes back", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await running(fleet);
    const deployed = deploy(fleet, engine);
    await eventually("an instance is replaced", () => served(fleet, engine).includes(2));
    engine.operations.current?.cancel.abort(new Fault("TF_CANCELLED", "deploy was cancelled"));
    await assert.rejects(deployed, (error) => error instanceof Fault && error.code === "TF_CANCELLED");
    assert.deepEqual(served(fleet, engine), [1, 1, 1]);
    assert.equal(engine.ps()?.release, 1);
  });

  test("up leaves a deployed release alone, and says what waits for a deploy", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await running(fleet);
    await deploy(fleet, engine);
    const notes: string[] = [];
    engine.events.subscribe((event) => event.kind === "note" && notes.push(event.text));
    await fleet.up(engine, { ...DEPLOYED, web: { command: ["serve", "--changed"], instances: 4 } });
    assert.deepEqual(served(fleet, engine), [2, 2, 2, 2]);
    assert.ok(
      notes.some((text) => text.includes("waits for tenfold deploy")),
      notes.join("; "),
    );
  });

  test("only so many releases are kept", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await running(fleet);
    for (let at = 0; at < 4; at += 1) await deploy(fleet, engine, {}, { ...DEPLOYED, deploy: { watch: 0, keep: 3 } });
    assert.deepEqual(
      engine.releases()?.releases.map(({ release }) => release),
      [5, 4, 3],
    );
  });
});

describe("a blue-green deploy", () => {
  const blueGreen = { strategy: "blue-green" } as const;

  test("switches all requests at once, and keeps the former set warm for an instant way back", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await running(fleet);
    fleet.tier.trace.length = 0;
    await deploy(fleet, engine, blueGreen);
    assert.deepEqual(fleet.tier.serving, ["web-4", "web-5", "web-6"]);
    const serves = fleet.tier.trace.filter((effect) => effect.startsWith("serve"));
    assert.deepEqual([...new Set(serves)], ["serve web-4,web-5,web-6"], "requests never went to a mixture");
    const before = fleet.pidOf("web-1");
    await fleet.run(engine, { name: "rollback", to: null });
    assert.deepEqual(fleet.tier.serving, ["web-1", "web-2", "web-3"]);
    assert.equal(fleet.pidOf("web-1"), before);
    assert.deepEqual(served(fleet, engine), [1, 1, 1]);
    assert.equal(engine.ps()?.release, 1);
  });

  test("a smoke command that fails keeps the old set serving, and the new one leaves", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await running(fleet);
    fleet.machine.programs.set("try", { kind: "exits", code: 22, output: "500" });
    await assert.rejects(
      deploy(fleet, engine, blueGreen, { ...DEPLOYED, deploy: { ...DEPLOYED.deploy, smoke: ["try"] } }),
      (error) => error instanceof Fault && error.code === "TF_DEPLOY_FAILED" && error.lines[0] === "500",
    );
    assert.deepEqual(fleet.tier.serving, ["web-1", "web-2", "web-3"]);
    assert.deepEqual(
      fleet.alive().filter((name) => name.startsWith("web")),
      ["web-1", "web-2", "web-3"],
    );
  });

  test("the next deploy takes the numbers that are free again", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await running(fleet);
    await deploy(fleet, engine, blueGreen);
    await deploy(fleet, engine, blueGreen);
    assert.deepEqual(fleet.tier.serving, ["web-1", "web-2", "web-3"]);
    assert.deepEqual(served(fleet, engine), [3, 3, 3]);
  });

  test("scaling goes on with the numbers of the set that serves", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await running(fleet);
    await deploy(fleet, engine, blueGreen);
    await fleet.run(engine, { name: "scale", changes: [{ group: "web", by: "to", count: 5 }] });
    assert.deepEqual(
      served(fleet, engine),
      [3, 3, 3, 3, 3].map(() => 2),
    );
    await fleet.run(engine, { name: "scale", changes: [{ group: "web", by: "to", count: 2 }] });
    assert.equal(fleet.tier.serving.length, 2);
  });
});

describe("a canary", () => {
  const canary = { canary: parsePercent(34) ?? null };

  test("gets its share beside the others, and is rolled out or ended", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await running(fleet);
    await deploy(fleet, engine, canary);
    assert.deepEqual(fleet.tier.canary, ["web-4"]);
    assert.deepEqual(served(fleet, engine), [1, 1, 1]);
    await assert.rejects(deploy(fleet, engine), (error) => error instanceof Fault && error.code === "TF_CANARY");
    await fleet.run(engine, { name: "promote" });
    assert.deepEqual(served(fleet, engine), [2, 2, 2]);
    assert.deepEqual(fleet.tier.canary, []);
    assert.deepEqual(
      fleet.alive().filter((name) => name.startsWith("web")),
      ["web-1", "web-2", "web-3"],
    );
    await deploy(fleet, engine, canary);
    await fleet.run(engine, { name: "rollback", to: null });
    assert.deepEqual(served(fleet, engine), [2, 2, 2]);
    assert.deepEqual(
      fleet.alive().filter((name) => name.startsWith("web")),
      ["web-1", "web-2", "web-3"],
    );
    assert.equal(engine.releases()?.releases[0]?.state, "failed");
  });

  test("there is none to promote where none is under way", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await running(fleet);
    await assert.rejects(
      fleet.run(engine, { name: "promote" }),
      (error) => error instanceof Fault && error.code === "TF_CANARY",
    );
  });
});
