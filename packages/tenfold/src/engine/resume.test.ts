import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MemberName } from "../fleet/member.ts";
import { eventually } from "../testing/eventually.ts";
import { MEMORY_BACKUP } from "../testing/memory-backup.ts";
import { MemoryFleet, specOf } from "../testing/memory-fleet.ts";
import type { Engine } from "./engine.ts";
import type { Request } from "./request.ts";

const FILE = {
  name: "shop",
  web: { command: ["serve"], instances: 2 },
  release: ["migrate"],
  postgres: { replicas: 2 },
  redis: { replicas: 1, sentinels: 3 },
};
const NEW_FILE = { ...FILE, web: { command: ["serve", "--new"], instances: 2 } };

/** The moment at which the engine is killed: when it begins its n-th step. `null` lets it live, and counts. */
async function runAndKill(
  fleet: MemoryFleet,
  engine: Engine,
  at: number | null,
  give: () => Promise<void>,
): Promise<number> {
  let begun = 0;
  let killed: Promise<void> | undefined;
  const unsubscribe = engine.events.subscribe((event) => {
    if (event.kind !== "step" || event.outcome !== "started") return;
    begun += 1;
    if (begun === at) killed = fleet.kill(engine);
  });
  const given = give();
  await Promise.race([
    given,
    (async () => {
      if (at !== null) await eventually("the engine is killed", () => killed !== undefined);
      await (killed ?? given);
    })(),
  ]);
  unsubscribe();
  return begun;
}

/** Runs an operation once to count its steps, then again and again with the engine killed at each of them. */
async function cutEverywhere(options: {
  readonly before: (fleet: MemoryFleet, engine: Engine) => Promise<void>;
  readonly give: (fleet: MemoryFleet, engine: Engine) => Promise<void>;
  readonly check: (fleet: MemoryFleet, engine: Engine) => void;
}): Promise<void> {
  const attempt = async (at: number | null): Promise<number> => {
    await using fleet = await MemoryFleet.create();
    const first = await fleet.engine();
    await options.before(fleet, first);
    const steps = await runAndKill(fleet, first, at, () => options.give(fleet, first));
    if (at === null) {
      options.check(fleet, first);
      return steps;
    }
    const second = await fleet.engine();
    await second.resumed;
    options.check(fleet, second);
    return steps;
  };
  const steps = await attempt(null);
  assert.ok(steps > 3, `only ${steps} steps`);
  for (let at = 1; at <= steps; at += 1) await attempt(at);
}

function check(expected: {
  readonly web: readonly string[];
  readonly argument?: string;
}): (fleet: MemoryFleet, engine: Engine) => void {
  return (fleet, engine) => {
    const alive = fleet.alive();
    const web = alive.filter((name) => name.startsWith("web"));
    assert.deepEqual(web, expected.web);
    assert.deepEqual(fleet.tier.serving, expected.web);
    assert.equal(new Set(alive).size, alive.length, `two processes of one member: ${alive.join(", ")}`);
    assert.equal(fleet.tier.paused, false);
    assert.equal(engine.ps()?.state, "healthy");
    assert.equal(engine.ps()?.members.filter(({ role }) => role === "primary").length, 1);
    if (expected.argument !== undefined) {
      const webs = fleet.machine.alive().filter(({ member }) => member.startsWith("web"));
      assert.ok(webs.every(({ launch }) => launch.argv.includes(expected.argument ?? "")));
    }
  };
}

const started = (fleet: MemoryFleet, engine: Engine): Promise<void> => fleet.up(engine, FILE);
const nothing = async (): Promise<void> => {};
const requested = (request: Request) => (fleet: MemoryFleet, engine: Engine) => fleet.run(engine, request);

describe("an engine that is killed at any step is followed by one that finishes", () => {
  test("the first up", () =>
    cutEverywhere({ before: nothing, give: started, check: check({ web: ["web-1", "web-2"] }) }));

  test("an up with a new release", () =>
    cutEverywhere({
      before: started,
      give: (fleet, engine) => fleet.up(engine, NEW_FILE),
      check: check({ web: ["web-1", "web-2"], argument: "--new" }),
    }));

  test("a scale up", () =>
    cutEverywhere({
      before: started,
      give: requested({ name: "scale", changes: [{ group: "web", by: "to", count: 4 }] }),
      check: check({ web: ["web-1", "web-2", "web-3", "web-4"] }),
    }));

  test("a scale down", () =>
    cutEverywhere({
      before: (fleet, engine) => fleet.up(engine, FILE, 4),
      give: requested({ name: "scale", changes: [{ group: "web", by: "to", count: 2 }] }),
      check: check({ web: ["web-1", "web-2"] }),
    }));

  test("a rolling restart: whoever was not yet replaced stays as it is", () =>
    cutEverywhere({
      before: started,
      give: requested({ name: "restart", members: ["web-1", "web-2"] as MemberName[] }),
      check: check({ web: ["web-1", "web-2"] }),
    }));

  test("a switch of the primary", () =>
    cutEverywhere({
      before: started,
      give: requested({ name: "failover", service: "postgres", to: null }),
      check: check({ web: ["web-1", "web-2"] }),
    }));

  const deployed = (strategy: "rolling" | "blue-green") => (fleet: MemoryFleet, engine: Engine) => {
    fleet.code = "second";
    const spec = specOf({ ...FILE, deploy: { watch: 0, strategy } });
    const { directory } = fleet;
    const order = {
      spec,
      directory,
      environment: {},
      inherited: {},
      revision: null,
      strategy,
      canary: null,
      force: false,
    };
    return fleet.run(engine, { name: "deploy", deploy: order });
  };

  test("a rolling deploy: it is finished", () =>
    cutEverywhere({
      before: started,
      give: deployed("rolling"),
      check: (fleet, engine) => {
        check({ web: ["web-1", "web-2"] })(fleet, engine);
        assert.equal(engine.ps()?.release, 2);
        assert.equal(engine.ps()?.members.filter(({ kind, release }) => kind === "web" && release !== 2).length, 0);
      },
    }));

  test("a blue-green deploy: it is finished, and requests go to one set only", () =>
    cutEverywhere({
      before: started,
      give: deployed("blue-green"),
      check: (fleet, engine) => {
        assert.deepEqual(fleet.tier.serving, ["web-3", "web-4"]);
        assert.equal(engine.ps()?.release, 2);
        assert.equal(engine.ps()?.state, "healthy");
      },
    }));

  const small = { ...FILE, web: { command: ["serve"], instances: 1 }, postgres: { replicas: 0 }, redis: false };
  const startedSmall = (fleet: MemoryFleet, engine: Engine): Promise<void> => fleet.up(engine, small);
  const restored = (backup: string) => (fleet: MemoryFleet, engine: Engine) => {
    check({ web: ["web-1"] })(fleet, engine);
    assert.equal(fleet.tier.data, backup);
  };
  const restore: Request = {
    name: "restore",
    restore: { up: null, backup: null, to: { kind: "latest" }, parts: null, from: null },
  };

  test("a restore: it is finished", () =>
    cutEverywhere({ before: startedSmall, give: requested(restore), check: restored(MEMORY_BACKUP.id) }));

  test("a restore that fails when the data is in place: what was there is there again", () =>
    cutEverywhere({
      before: startedSmall,
      give: async (fleet, engine) => {
        fleet.tier.failing.add("replace storage");
        await assert.rejects(fleet.run(engine, restore));
      },
      check: restored("live"),
    }));

  test("an import: clients are not left waiting", () =>
    cutEverywhere({
      before: started,
      give: requested({ name: "import", dump: { path: "/dump", database: null, replace: true } }),
      check: check({ web: ["web-1", "web-2"] }),
    }));

  test("a down", () =>
    cutEverywhere({
      before: started,
      give: requested({ name: "down" }),
      check: (fleet, engine) => {
        assert.deepEqual(fleet.alive(), []);
        assert.equal(engine.isIdle, true);
      },
    }));
});
