import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { type Finished, type Started, TENFOLD } from "../harness/program.ts";
import { createProject, type Project } from "../harness/project.ts";

/** Works on one request after the other, 20 ms on each: 50 a second at the most, and hardly any CPU. */
const ONE_AT_A_TIME = `
import { createServer } from "node:http";
let free = Promise.resolve();
createServer((request, response) => {
  if (request.url === "/health") return response.end("ok");
  if (request.url === "/500") return response.writeHead(500).end("broken");
  free = free.then(() => new Promise((resolve) => setTimeout(() => { response.end("ok"); resolve(); }, 20)));
}).listen(process.env.PORT, process.env.HOST);
`;

const FILES = {
  "server.mjs": ONE_AT_A_TIME,
  "tenfold.yaml": "name: shop\nweb: { command: node server.mjs, instances: 2, health: /health, slowStart: 0s }\n",
};

const MEASURE = ["plan", "--measure", "--quick", "--start", "20", "--step", "1s", "--confirm", "2s", "--p95", "400ms"];

interface Measured {
  readonly version: number;
  readonly alone: number;
  readonly knees: readonly { readonly instances: number; readonly rate: number; readonly limit: string }[];
  readonly heldOut: { readonly error: number; readonly measured: { readonly instances: number } } | null;
  readonly notes: readonly string[];
}

async function webIn(project: Project): Promise<number> {
  return (await project.ps()).members.filter(({ kind }) => kind === "web").length;
}

test("what fails or is too slow by itself is told before anything is changed, and a dry run shows what would be done", async () => {
  await using project = await createProject({ files: FILES });
  await project.up();
  await project.healthy();
  const before = (await project.ps()).members.map(({ name, pid }) => `${name} ${pid}`);
  const failing = await project.fault([...MEASURE, "--path", "/500"]);
  assert.deepEqual([failing.code, failing.hint?.includes("tenfold logs web")], ["TF_MEASURE", true]);
  assert.match(failing.message, /requests of a single visitor failed: status 500/);
  const slow = await project.fault([...MEASURE.slice(0, -1), "10ms"]);
  assert.match(slow.message, /^a request takes \d+ ms when nothing else is going on, where 10 may be$/);
  const dry = JSON.parse((await project.tenfold(...MEASURE, "--sizes", "1,2", "--dry-run", "--json")).stdout);
  assert.match(dry.steps.join(), /up to which rate p95 stays below 400 ms with 1, 2 instances; about \d+ min/);
  assert.deepEqual(
    (await project.ps()).members.map(({ name, pid }) => `${name} ${pid}`),
    before,
  );
});

/** Measures one instance of the two, until `end` does something about it. */
async function interruptedBy(
  project: Project,
  argv: readonly string[],
  end: (run: Started) => void,
): Promise<Finished> {
  const run = project.start([], { argv });
  await eventually("the fleet has shrunk", async () => (await webIn(project)) === 1);
  end(run);
  return run.ended;
}

test("a fleet has its former size again when the reader or the terminal of a measurement goes away", async () => {
  await using project = await createProject({ files: FILES });
  await project.up();
  await project.healthy();
  const command = [process.execPath, TENFOLD, ...MEASURE, "--sizes", "1"];
  const line = command.map((word) => `'${word}'`).join(" ");
  // A line after the size is told and nobody reads it.
  await interruptedBy(project, ["sh", "-c", `${line} 2>&1 | head -2 > read.txt`], () => {});
  assert.equal(await webIn(project), 2, await readFile(project.path("read.txt"), "utf8"));
  // A terminal that is closed says so twice, and cannot be written to.
  const hungUp = await interruptedBy(project, command, (run) => {
    run.signal("SIGHUP");
    run.signal("SIGHUP");
  });
  assert.match(hungUp.stderr, /as many instances run as before: 2/);
  assert.equal(await webIn(project), 2);
});

test("a running fleet is measured, planned by that, and has its former size again, also after Ctrl-C", async () => {
  await using project = await createProject({ files: FILES });
  await project.up();
  await project.healthy();
  const words = [...MEASURE, "--sizes", "1,2", "--held-out", "0", "--rps", "60"];
  const { stdout } = await project.tenfold(...words, "--json");
  const measured = JSON.parse(stdout) as Measured;
  assert.equal(measured.version, 1);
  // It works for 20 ms on each; timers are never early.
  assert.ok(measured.alone >= 19, stdout);
  assert.deepEqual(
    measured.knees.map(({ instances }) => instances),
    [1, 2],
  );
  // Timers are late on a busy machine and never early, and a short run of independent arrivals has luck in it.
  for (const { rate, instances } of measured.knees) assert.ok(rate > 5 && rate < 65 * instances, stdout);
  assert.ok(
    measured.notes.some((note) => note.includes("share this machine's")),
    stdout,
  );
  assert.equal(await webIn(project), 2);
  await project.write({ "capacity.json": stdout });
  const plan = JSON.parse((await project.tenfold("plan", "--rps", "20", "--from", "capacity.json", "--json")).stdout);
  assert.match(plan.goal.web.standing, /measured|extrapolated/);
  const interrupted = project.start([...MEASURE, "--sizes", "3"]);
  await eventually("the fleet has grown", async () => (await webIn(project)) === 3);
  interrupted.signal("SIGINT");
  const { code, stderr } = await interrupted.ended;
  assert.equal(code, 1, stderr);
  assert.match(stderr, /TF_CANCELLED|as many instances run as before/);
  assert.equal(await webIn(project), 2, stderr);
});
