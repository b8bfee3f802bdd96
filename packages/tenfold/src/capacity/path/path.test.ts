import assert from "node:assert/strict";
import { test } from "node:test";
import { initialCounts } from "../../fleet/counts.ts";
import { parseSpec } from "../../spec/parse.ts";
import { mebibytes } from "../../units/bytes.ts";
import { BUILT_IN_PRICES } from "../size/prices.ts";
import { sizeTiers } from "../size/tiers.ts";
import { presentOf } from "./present.ts";
import { planPath } from "./steps.ts";

const MACHINE = { cores: 2, memory: mebibytes(4_096) };
const BIG = { name: "64 cores", cores: 64, memory: mebibytes(262_144), monthly: 2_240 };
const TIERS = sizeTiers(
  { think: 10, requestsPerAction: 1, p95: 0.25 },
  { service: 0.03, slots: 1, variability: 1 },
  { prices: { ...BUILT_IN_PRICES, machines: [...BUILT_IN_PRICES.machines, BIG] } },
);

function specOf(value: Record<string, unknown>) {
  const parsed = parseSpec({ name: "shop", web: "node server.js", ...value }, "shop");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

test("the way from a small fleet to a larger one saves, grows what is below, then the application, and tries it", () => {
  const spec = specOf({
    web: { command: "node a.js", instances: 2 },
    postgres: { replicas: 1, pool: { clients: 300 } },
    redis: true,
    workers: { mail: "node w.js" },
  });
  const { web, workers } = initialCounts(spec);
  const present = presentOf(spec, { web, workers, postgres: 2, redis: 2 }, MACHINE);
  const goal = TIERS.find(({ name }) => name === "large");
  assert.ok(goal !== undefined);
  const path = planPath(present, { size: goal.size, p95: 0.25 });
  const titles = path.map(({ title }) => title.split(/[: ]/)[0]);
  assert.deepEqual(titles, ["save", "move", "PostgreSQL", "PostgreSQL's", "Redis", "connections", "instances", "try"]);
  const commands = path.flatMap((step) => step.commands);
  assert.ok(
    commands.includes(`tenfold scale web=${goal.size.web} worker.mail=${goal.size.workers}`),
    commands.join("\n"),
  );
  assert.ok(commands.some((line) => line.startsWith("tenfold scale postgres.replicas=2")));
});

test("a fleet that is large enough has no way to go", () => {
  const small = TIERS[0];
  assert.ok(small !== undefined);
  const spec = specOf({
    web: { command: "node a.js", instances: 8 },
    workers: { mail: { command: "w", instances: 9 } },
  });
  const present = presentOf(spec, null, { cores: 64, memory: mebibytes(262_144) });
  assert.deepEqual(planPath(present, { size: small.size, p95: 0.25 }), []);
});

test("what is only written is changed in the file, and nothing is told to run", () => {
  const spec = specOf({ web: { command: "node a.js", instances: 1 } });
  const goal = TIERS[1];
  assert.ok(goal !== undefined);
  const path = planPath(presentOf(spec, null, MACHINE), { size: goal.size, p95: 0.25 });
  const scale = path.find(({ title }) => title.startsWith("instances"));
  assert.deepEqual(scale?.edits, [`web.instances: ${goal.size.web}`]);
  assert.deepEqual(scale?.commands, ["tenfold config"]);
});

const RUNNING = { web: 2, workers: {}, postgres: 2, redis: 0 };
const WITH_DATA = { web: { command: "node a.js", instances: 2 }, postgres: { replicas: 1 } };

test("a machine that has the room for all of it is kept, and no step says otherwise", () => {
  for (const { size } of TIERS) {
    const machine = { cores: 256, memory: mebibytes(1_048_576) };
    const path = planPath(presentOf(specOf(WITH_DATA), RUNNING, machine), { size, p95: 0.25 });
    assert.ok(path.every(({ title }) => !/machine/.test(title)));
  }
  const medium = TIERS.find(({ name }) => name === "medium");
  assert.ok(medium !== undefined && medium.size.machines.length > 1);
  const path = planPath(presentOf(specOf(WITH_DATA), RUNNING, MACHINE), { size: medium.size, p95: 0.25 });
  assert.match(path[1]?.title ?? "", /^move to a machine of 8 cores/);
  assert.ok(path.length > 2);
});

test("where no machine has the room, that several are not supported is all that is said", () => {
  const { size } = TIERS.find(({ name }) => name === "enterprise") ?? assert.fail();
  const path = planPath(presentOf(specOf(WITH_DATA), RUNNING, MACHINE), { size, p95: 0.25 });
  assert.equal(path.length, 1);
  assert.match(path[0]?.title ?? "", /does not run on several yet/);
  assert.deepEqual([path[0]?.edits, path[0]?.commands], [[], []]);
});

test("each line that is written while the fleet runs is followed by a command that makes it so", () => {
  const { size } = TIERS.find(({ name }) => name === "medium") ?? assert.fail();
  const path = planPath(presentOf(specOf(WITH_DATA), RUNNING, MACHINE), { size, p95: 0.25 });
  assert.deepEqual(path[0]?.edits, ["backups: true"]);
  for (const { edits, commands } of path)
    if (edits.length > 0)
      assert.ok(
        commands.some((line) => /^tenfold (up -d|scale )/.test(line)),
        edits.join(),
      );
});

test("PostgreSQL's memory grows with the machine that comes first, and by what that one gives of itself", () => {
  const { size } = TIERS.find(({ name }) => name === "large") ?? assert.fail();
  assert.equal(size.postgres.memory, mebibytes(10_240));
  const step = (memory: string | undefined): readonly string[] => {
    const spec = specOf({ ...WITH_DATA, postgres: { replicas: 2, ...(memory === undefined ? {} : { memory }) } });
    const path = planPath(presentOf(spec, { ...RUNNING, postgres: 3 }, MACHINE), { size, p95: 0.25 });
    assert.match(path[1]?.title ?? "", /^move to/);
    return path.find(({ title }) => title === "PostgreSQL's memory and pool")?.edits ?? [];
  };
  assert.ok(step("1gb").includes("postgres.memory: 10gb"), step("1gb").join());
  assert.ok(!step("16gb").some((line) => line.startsWith("postgres.memory")));
  // 64 cores have 256 GB: a quarter of what is shown of them, among three, is 19 GB, and 16 at the most by itself.
  assert.ok(!step(undefined).some((line) => line.startsWith("postgres.memory")));
});

const BARE = { web: { command: "node a.js", instances: 2 } };

test("the way of a fleet that does not run has no command that needs one, and one without a database saves none", () => {
  const { size } = TIERS.find(({ name }) => name === "medium") ?? assert.fail();
  const commandsOf = (file: Record<string, unknown>, running: typeof RUNNING | null): string[] =>
    planPath(presentOf(specOf(file), running, MACHINE), { size, p95: 0.25 }).flatMap(({ commands }) => commands);
  const still = commandsOf(WITH_DATA, null);
  assert.ok(!still.some((line) => /tenfold (backup|restore|scale)/.test(line)), still.join("\n"));
  assert.ok(still.includes("tenfold up -d"));
  const bare = commandsOf(BARE, { ...RUNNING, postgres: 0 });
  const saving = bare.filter((line) => line.startsWith("tenfold backup"));
  assert.deepEqual(saving, [
    "tenfold backup  # only where the application keeps files in $STORAGE_DIR, as the next line",
  ]);
  assert.ok(commandsOf(WITH_DATA, RUNNING).includes("tenfold backup"));
});

test("what a file lacks is on no way", () => {
  const spec = specOf(BARE);
  const present = presentOf(spec, null, MACHINE);
  assert.deepEqual(present.parts, {
    ...{ workers: false, postgres: false, redis: false, cache: false, balancer: "haproxy" },
  });
  const managed = presentOf(specOf({ ...BARE, postgres: { url: "postgres://a@b/c" } }), null, MACHINE);
  assert.equal(managed.parts.postgres, false);
  const working = specOf({
    ...BARE,
    workers: { a: { command: "w", scale: { jobs: 4 } }, b: { command: "w", scale: { jobs: 2 } } },
  });
  assert.equal(presentOf(working, null, MACHINE).jobsAtOnce, 2);
  assert.equal(present.jobsAtOnce, 1);
});
