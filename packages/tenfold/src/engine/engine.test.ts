import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Fault } from "../fault/fault.ts";
import type { MemberName } from "../fleet/member.ts";
import { eventually } from "../testing/eventually.ts";
import { FULL_FILE, MemoryFleet } from "../testing/memory-fleet.ts";

const ALL = [
  "balancer-1",
  "cache-1",
  "pooler-1",
  "postgres-1",
  "postgres-2",
  "postgres-3",
  "redis-1",
  "redis-2",
  "scheduler-1",
  "sentinel-1",
  "sentinel-2",
  "sentinel-3",
  "web-1",
  "web-2",
  "web-3",
  "worker-reports-1",
];

function isFault(code: string): (error: unknown) => boolean {
  return (error) => error instanceof Fault && error.code === code;
}

describe("up", () => {
  test("starts every member, and sends requests to the web instances", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    assert.deepEqual(fleet.alive(), ALL);
    assert.deepEqual(fleet.tier.serving, ["web-1", "web-2", "web-3"]);
    assert.equal(engine.ps()?.state, "healthy");
  });

  test("a fleet that is as it shall be needs no step", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    const pids = fleet.machine.alive().map(({ running }) => running.pid);
    await fleet.up(engine, FULL_FILE);
    assert.deepEqual(
      fleet.machine.alive().map(({ running }) => running.pid),
      pids,
    );
    assert.equal(fleet.machine.ran.filter(([program]) => program === "migrate").length, 1);
  });

  test("the release command runs once, after the databases and before the application", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    let webAtRelease = -1;
    const unsubscribe = engine.events.subscribe((event) => {
      if (event.kind === "step" && event.step.kind === "release" && event.outcome === "started") {
        webAtRelease = fleet.alive().filter((name) => name.startsWith("web")).length;
        assert.ok(fleet.tier.trace.includes("setup postgres-1"));
      }
    });
    await fleet.up(engine, FULL_FILE);
    unsubscribe();
    assert.equal(webAtRelease, 0);
  });

  test("a release command that fails starts no instance of its release, and says why", async () => {
    await using fleet = await MemoryFleet.create();
    fleet.machine.programs.set("migrate", { kind: "exits", code: 3, output: "no such table" });
    const engine = await fleet.engine();
    await assert.rejects(fleet.up(engine, FULL_FILE), (error) => {
      assert.ok(error instanceof Fault && error.code === "TF_RELEASE_FAILED");
      assert.deepEqual(error.lines, ["no such table"]);
      return true;
    });
    assert.equal(fleet.alive().includes("web-1" as MemberName), false);
    assert.equal(fleet.alive().includes("postgres-1" as MemberName), true);
  });

  test("a changed command is a new release, rolled out under the same names without an instance too few", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    let least = 3;
    const watch = setInterval(() => {
      least = Math.min(least, fleet.tier.serving.length);
    }, 0);
    await fleet.up(engine, { ...FULL_FILE, web: { command: ["serve", "--new"], instances: 3 } });
    clearInterval(watch);
    assert.ok(least >= 3, `only ${least} served`);
    assert.equal(engine.ps()?.release, 2);
    assert.deepEqual(fleet.alive(), ALL);
    assert.ok(
      fleet.machine
        .alive()
        .filter(({ member }) => member.startsWith("web"))
        .every(({ launch }) => launch.argv.includes("--new")),
    );
  });

  test("a scaled number stays until the file's own number changes", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    await fleet.run(engine, { name: "scale", changes: [{ group: "web", by: "to", count: 5 }] });
    await fleet.up(engine, FULL_FILE);
    assert.equal(fleet.tier.serving.length, 5);
    await fleet.up(engine, { ...FULL_FILE, web: { command: ["serve"], instances: 2 } });
    assert.deepEqual(fleet.tier.serving, ["web-1", "web-2"]);
  });

  test("a dry run shows the steps and does nothing", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    const up = {
      spec: (await import("../testing/memory-fleet.ts")).specOf(FULL_FILE),
      directory: fleet.directory,
      environment: {},
      inherited: {},
      web: null,
    };
    const steps = await fleet.plan(engine, { name: "up", up });
    assert.ok(steps.indexOf("start postgres-1") < steps.indexOf("run the release command of release 1"));
    assert.ok(steps.indexOf("run the release command of release 1") < steps.indexOf("start web-1"));
    assert.deepEqual(fleet.alive(), []);
    assert.equal(engine.ps(), null);
  });

  test("a port that the file names and somebody else has is a fault that names who, and nothing starts", async () => {
    await using fleet = await MemoryFleet.create();
    fleet.machine.takenPorts.set(8080, "nginx (pid 812)");
    const engine = await fleet.engine();
    await assert.rejects(fleet.up(engine, { ...FULL_FILE, balancer: { port: 8080 } }), (error) => {
      assert.ok(error instanceof Fault && error.code === "TF_PORT_TAKEN");
      assert.match(error.message, /nginx \(pid 812\)/);
      return true;
    });
    assert.deepEqual(fleet.alive(), []);
    await fleet.up(engine, FULL_FILE);
    assert.equal(engine.ps()?.urls.app, "http://127.0.0.1:8081");
  });

  test("members that fail are told, and the rest of the fleet stays up", async () => {
    await using fleet = await MemoryFleet.create();
    fleet.machine.programs.set("serve", { kind: "exits", code: 1, output: "" });
    const engine = await fleet.engine();
    await assert.rejects(fleet.up(engine, FULL_FILE), isFault("TF_MEMBER_EXITED"));
    const alive = fleet.alive();
    assert.ok(alive.includes("postgres-1" as MemberName) && alive.includes("worker-reports-1" as MemberName));
    assert.equal(engine.ps()?.state, "down");
  });
});

describe("one operation at a time", () => {
  test("a second one is refused and names the first", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    const first = fleet.up(engine, FULL_FILE);
    await assert.rejects(
      fleet.up(engine, FULL_FILE),
      (error) => error instanceof Fault && error.code === "TF_LOCKED" && /up.*test \(pid 1\)/.test(error.message),
    );
    await first;
  });

  test("a cancelled one leaves what runs, and the next one finishes it", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    const first = fleet.up(engine, FULL_FILE);
    await eventually("postgres-1 runs", () => fleet.alive().includes("postgres-1" as MemberName));
    engine.operations.current?.cancel.abort(new Fault("TF_CANCELLED", "up was cancelled"));
    await assert.rejects(first, isFault("TF_CANCELLED"));
    await fleet.up(engine, FULL_FILE);
    assert.deepEqual(fleet.alive(), ALL);
  });
});

describe("scale, restart, down", () => {
  test("scaling down follows the order of removal: confirmed by the balancer, drained, then stopped", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    fleet.tier.inFlight.set("web-3" as MemberName, 1);
    const scaled = fleet.run(engine, { name: "scale", changes: [{ group: "web", by: "to", count: 2 }] });
    await eventually("web-3 gets nothing more", () => !fleet.tier.serving.includes("web-3" as MemberName));
    assert.ok(fleet.alive().includes("web-3" as MemberName), "it was stopped with a request in flight");
    fleet.tier.inFlight.clear();
    await scaled;
    assert.ok(!fleet.alive().includes("web-3" as MemberName));
  });

  test("restarting the web tier replaces every process and keeps the names", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    const before = ["web-1", "web-2", "web-3"].map((name) => fleet.pidOf(name));
    await fleet.run(engine, { name: "restart", members: ["web-1", "web-2", "web-3"] as MemberName[] });
    const after = ["web-1", "web-2", "web-3"].map((name) => fleet.pidOf(name));
    assert.ok(after.every((pid) => !before.includes(pid)));
    assert.deepEqual(fleet.tier.serving, ["web-1", "web-2", "web-3"]);
    assert.deepEqual(fleet.alive(), ALL);
  });

  test("down stops who uses others before them, and leaders before their replicas", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    const stopped: string[] = [];
    engine.events.subscribe((event) => {
      if (event.kind === "step" && event.step.kind === "stop" && event.outcome === "done")
        stopped.push(event.step.subject);
    });
    await fleet.run(engine, { name: "down" });
    assert.deepEqual(fleet.alive(), []);
    const at = (name: string): number => stopped.indexOf(name);
    assert.ok(at("web-1") < at("pooler-1") && at("pooler-1") < at("postgres-1"));
    assert.ok(at("postgres-1") < at("postgres-2") && at("redis-1") < at("redis-2") && at("sentinel-1") < at("redis-1"));
    assert.equal(engine.isIdle, true);
  });

  test("a planned switch pauses clients, stops the primary, confirms, promotes, and takes the old one back", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    fleet.tier.trace.length = 0;
    await fleet.run(engine, { name: "failover", service: "postgres", to: null });
    const order = [
      "checkpoint postgres-1",
      "pause",
      "confirm postgres-2 after postgres-1",
      "promote postgres-2",
      "resume",
      "prepare postgres-1",
    ];
    const at = order.map((effect) => fleet.tier.trace.indexOf(effect));
    assert.ok(
      at.every((index) => index >= 0),
      `missing in ${fleet.tier.trace.join("; ")}`,
    );
    assert.deepEqual(
      [...at].slice(0, 5).sort((a, b) => a - b),
      at.slice(0, 5),
    );
    assert.deepEqual(fleet.alive(), ALL);
  });
});

describe("members that die", () => {
  test("a dead instance gets no requests until it is back", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    const pid = fleet.pidOf("web-2");
    fleet.tier.trace.length = 0;
    fleet.machine.kill(pid, { code: null, signal: "SIGKILL" });
    await eventually(
      "web-2 is back",
      () => fleet.alive().includes("web-2" as MemberName) && fleet.tier.serving.length === 3,
    );
    assert.equal(
      fleet.tier.trace.some((effect) => effect === "serve web-1,web-3"),
      true,
    );
    assert.notEqual(fleet.pidOf("web-2"), pid);
    assert.equal(engine.ps()?.members.find(({ name }) => name === "web-2")?.restarts, 1);
  });

  test("a crash loop backs off", async () => {
    await using fleet = await MemoryFleet.create();
    const engine = await fleet.engine();
    await fleet.up(engine, FULL_FILE);
    fleet.machine.programs.set("work", { kind: "exits", code: 9, output: "" });
    fleet.machine.kill(fleet.pidOf("worker-reports-1"), { code: 9, signal: null });
    const row = () => engine.ps()?.members.find(({ name }) => name === "worker-reports-1");
    await eventually(
      "it waits before its next start",
      () => /exited with code 9; next start in/.test(row()?.detail ?? "") && (row()?.restarts ?? 0) >= 2,
    );
    assert.equal(row()?.state, "failed");
    assert.equal(engine.ps()?.state, "degraded");
  });
});
