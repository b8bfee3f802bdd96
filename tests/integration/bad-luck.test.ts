import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import type { MemberName } from "../../packages/tenfold/src/fleet/member.ts";
import type { Topology } from "../../packages/tenfold/src/fleet/state.ts";
import { StateFile } from "../../packages/tenfold/src/journal/state-file.ts";
import { SERVER, webOnly } from "../harness/applications.ts";
import { eventually } from "../harness/eventually.ts";
import { isAlive } from "../harness/processes.ts";
import { createProject, type Project } from "../harness/project.ts";

/** Every kind of member, small. */
const EVERYTHING = {
  "server.mjs": SERVER,
  "tenfold.yaml": `name: shop
web: { command: "while [ -e held ]; do sleep 0.05; done; exec node server.mjs", instances: 2, health: /health }
workers: { mail: sleep 100000 }
scheduler: sleep 100000
postgres: { replicas: 1 }
redis: { replicas: 1 }
cache: true
`,
};

async function pids(project: Project): Promise<ReadonlyMap<string, number | null>> {
  return new Map((await project.ps()).members.map(({ name, pid }) => [name, pid]));
}

async function answers(project: Project): Promise<string> {
  const { urls } = await project.ps();
  return (await fetch(urls.app ?? "")).text();
}

/** The engine is gone by this signal, and nobody starts it again; nothing else that it started is gone. */
async function endEngine(project: Project, signal: NodeJS.Signals): Promise<void> {
  const { engine, guardian } = project;
  if (guardian !== null) process.kill(guardian, "SIGKILL");
  process.kill(engine, signal);
  await eventually("the engine has ended", () => !isAlive(engine));
}

test("a fleet in a path with spaces survives its engine, a damaged state and impatient people", async (t) => {
  await using project = await createProject({ files: EVERYTHING, name: "my shop (new)/the app" });
  await project.up();
  const before = await pids(project);
  assert.equal(before.size, 14);

  for (const signal of ["SIGKILL", "SIGTERM"] as const) {
    await t.test(`the engine gets ${signal}: everything goes on, and the next up adopts it`, async () => {
      const { urls } = await project.ps();
      await endEngine(project, signal);
      assert.match(await (await fetch(urls.app ?? "")).text(), /^web-\d$/);
      const { stderr } = await project.up();
      assert.match(stderr, /the engine was not running; it was started again and took the running fleet over/);
      assert.match(stderr, /adopted 14 members that were running/);
      assert.deepEqual(await pids(project), before);
      await project.healthy();
    });
  }

  await t.test("any command brings the engine back, and says so", async () => {
    await endEngine(project, "SIGKILL");
    const { stderr, stdout } = await project.tenfold("ps");
    assert.match(stderr, /the engine was not running; it was started again/);
    assert.match(stdout, /web-1/);
  });

  await t.test("up twice at once: one does it, the other is told who does", async () => {
    // Until one of them is told, the other has an instance to wait for.
    await project.write({ held: "" });
    const both = [project.start(["up", "3", "-d"]), project.start(["up", "3", "-d"])];
    const told = await Promise.race(both.map(({ ended }) => ended));
    assert.equal(told.code, 4, told.stderr);
    assert.match(told.stderr, /another operation is under way: up, started \d+ s ago by .+ \(pid \d+\)/);
    assert.match(told.stderr, /TF_LOCKED/);
    rmSync(project.path("held"));
    const codes = (await Promise.all(both.map(({ ended }) => ended))).map(({ code }) => code);
    assert.deepEqual(codes.sort(), [0, 4]);
    await project.up("2");
  });

  await t.test("a damaged state: its previous copy is used, and the damaged one is kept", async () => {
    await endEngine(project, "SIGKILL");
    const path = project.path(".tenfold", "state.json");
    const half = readFileSync(path, "utf8").slice(0, 500);
    // Not in place: an engine that is killed while it writes may leave one file with two names.
    rmSync(path);
    writeFileSync(path, half);
    const { stderr } = await project.tenfold("ps");
    assert.match(
      stderr,
      /the newest state was damaged and is kept as .*state\.json\.damaged-\d+; its previous copy is used/,
    );
    assert.ok(readdirSync(project.path(".tenfold")).some((name) => name.startsWith("state.json.damaged-")));
    await project.up();
    await project.healthy();
    assert.deepEqual(await pids(project), before);
  });

  await t.test("a state of a newer version is not touched", async () => {
    await endEngine(project, "SIGKILL");
    const path = project.path(".tenfold", "state.json");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/"format":\d+/, '"format":999'));
    for (const words of [["up", "-d"], ["ps"], ["down"]]) {
      const fault = await project.fault(words);
      assert.equal(fault.code, "TF_STATE_NEWER");
      assert.equal(fault.exit, 3);
      assert.match(fault.message, /its format is 999, this one knows \d/);
    }
    assert.match(readFileSync(path, "utf8"), /"format":999/);
    writeFileSync(path, text);
    await project.healthy();
  });

  await t.test("both copies are damaged: what runs goes on, and the way out works as it is written", async () => {
    const { urls } = await project.ps();
    await project.tenfold("psql", "-c", "CREATE TABLE notes AS SELECT 'before the damage' AS text");
    await endEngine(project, "SIGKILL");
    for (const name of ["state.json", "state.previous.json"]) writeFileSync(project.path(".tenfold", name), "garbage");
    const fault = await project.fault(["up", "-d"]);
    assert.equal(fault.code, "TF_STATE_DAMAGED");
    assert.equal(fault.exit, 1);
    assert.match(await (await fetch(urls.app ?? "")).text(), /^web-\d$/);
    const move = /\((mv .*)\) and run tenfold up/.exec(fault.hint ?? "")?.[1] ?? "";
    assert.equal((await project.run(["-c", move], { argv: ["sh"] })).code, 0);
    const { stderr } = await project.up();
    assert.match(stderr, /14 members of a fleet whose state was lost still ran; they were stopped/);
    await project.healthy();
    assert.match(await answers(project), /^web-\d$/);
    assert.match((await project.tenfold("psql", "-Atc", "SELECT text FROM notes")).stdout, /^before the damage$/m);
  });
});

async function interrupted(t: TestContext, project: Project, until: RegExp | number, words: readonly string[]) {
  const started = project.start(["up", ...words]);
  if (typeof until === "number") await new Promise((resolve) => setTimeout(resolve, until));
  else await started.says(until, 90_000);
  started.signal("SIGINT");
  const { code, stderr } = await started.ended;
  t.diagnostic(stderr.trimEnd().split("\n").slice(-3).join(" | "));
  return { code, stderr };
}

test("Ctrl-C in the middle of up leaves nothing half done", async (t) => {
  await using project = await createProject({ files: EVERYTHING });

  for (const at of [/cache-1 +ready/, /postgres-1 +ready/]) {
    await t.test(`at ${at.source}, in the foreground: everything is stopped again`, async (t) => {
      const { code, stderr } = await interrupted(t, project, at, []);
      assert.equal(code, 1);
      assert.match(stderr, /· interrupted/);
      assert.doesNotMatch(stderr, /✗|bug:/);
      const { state, members } = await project.ps();
      assert.deepEqual([state, members.filter(({ pid }) => pid !== null)], ["down", []]);
    });
  }

  await t.test("in the background, what has come up stays, and the next up goes on", async (t) => {
    const { code, stderr } = await interrupted(t, project, /redis-1 +ready/, ["-d"]);
    assert.equal(code, 1);
    assert.match(stderr, /TF_CANCELLED/);
    assert.doesNotMatch(stderr, /run and go on: mend this/);
    await project.up();
    await project.healthy();
  });

  await t.test("in the foreground, a Ctrl-C after it is up stops everything and is a success", async () => {
    const started = project.start(["up"]);
    await started.says(/Ctrl-C stops the fleet/, 90_000);
    started.signal("SIGINT");
    const { code, stderr } = await started.ended;
    assert.equal(code, 0, stderr);
    assert.equal((await project.ps()).state, "down");
  });

  await t.test("down where nothing runs says so, and is a success", async () => {
    assert.match((await project.tenfold("down")).stderr, /nothing ran/);
  });
});

test("an up in the foreground outlives its engine, and ends when another terminal stops the fleet", async () => {
  await using project = await createProject({ files: webOnly(1) });
  const started = project.start(["up"]);
  await started.says(/Ctrl-C stops the fleet/, 90_000);
  const { engine } = project;
  process.kill(engine, "SIGKILL");
  await eventually("another engine", () => project.engine !== engine);
  await project.healthy();
  assert.doesNotMatch(started.output, /was stopped/);

  await project.tenfold("down");
  const { code, stderr } = await started.ended;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /· the fleet was stopped by another command/);
});

test("a port that the file names and somebody has is told with who has it; nothing was started", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const address = holder.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    await using project = await createProject({ files: webOnly(1, `balancer: { port: ${port} }\n`) });
    const fault = await project.fault(["up", "-d"]);
    assert.equal(fault.code, "TF_PORT_TAKEN");
    assert.equal(fault.exit, 3);
    assert.match(fault.message, new RegExp(`port ${port} on 127.0.0.1 is taken by .*node.* \\(pid ${process.pid}\\)`));
    assert.match(fault.hint ?? "", /balancer\.port/);
    assert.equal((await project.run(["ps"])).code, 1);
  } finally {
    holder.close();
  }
});

test("a replica that dies between the decision to promote it and its promotion is promoted when it is back", async () => {
  const text = `name: shop
web: { command: node server.mjs, health: /health }
postgres: { replicas: 2 }
`;
  await using project = await createProject({ files: { "server.mjs": SERVER, "tenfold.yaml": text } });
  await project.up();
  await project.healthy();
  const servers = new Map(await pids(project));
  await endEngine(project, "SIGKILL");
  const dead = ["postgres-1", "postgres-2"].map((name) => servers.get(name) ?? 0);
  for (const pid of dead) process.kill(pid, "SIGKILL");
  // PostgreSQL does not start while the process that its lock file names is there, be it a zombie.
  await eventually("they are reaped", () => dead.every((pid) => !existsSync(`/proc/${pid}`)));
  const file = new StateFile(project.path(".tenfold"));
  const read = file.peek();
  assert.ok(read.found === "state");
  const { state } = read;
  const topology: Topology = { ...state.topology, postgresPrimary: "postgres-2" as MemberName, postgresVoters: [] };
  file.write({ ...state, topology });
  await project.up();
  const { members } = await project.healthy();
  const roles = members.filter(({ kind }) => kind === "postgres").map(({ name, role }) => `${name} ${role}`);
  assert.deepEqual(roles.sort(), ["postgres-1 replica", "postgres-2 primary", "postgres-3 replica"]);
});
