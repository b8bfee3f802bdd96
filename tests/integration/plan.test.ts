import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { createProject, type Project } from "../harness/project.ts";

/** Works on one request after the other, 20 ms on each: 50 a second at the most, and hardly any CPU. */
const ONE_AT_A_TIME = `
import { createServer } from "node:http";
let free = Promise.resolve();
createServer((request, response) => {
  if (request.url === "/health") return response.end("ok");
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
  readonly knees: readonly { readonly instances: number; readonly rate: number; readonly limit: string }[];
  readonly heldOut: { readonly error: number; readonly measured: { readonly instances: number } } | null;
  readonly notes: readonly string[];
}

async function webIn(project: Project): Promise<number> {
  return (await project.ps()).members.filter(({ kind }) => kind === "web").length;
}

test("without a fleet, a plan shows four tiers, what was asked for, and the way there", async () => {
  await using project = await createProject({ files: FILES });
  const { stdout } = await project.tenfold("plan");
  for (const tier of ["small 1-50", "medium 50-500", "large 500-5000", "enterprise 5000+"])
    assert.ok(stdout.includes(tier));
  assert.match(stdout, /Prices: indicative/);
  const plan = JSON.parse((await project.tenfold("plan", "--users", "2000", "--p95", "300ms", "--json")).stdout);
  assert.deepEqual([plan.version, plan.goal.tier, plan.present.web], [1, "large", 2]);
  assert.ok(plan.path.some(({ edits }: { edits: string[] }) => edits.includes(`web.instances: ${plan.goal.size.web}`)));
});

test("what cannot be planned is refused with what would be right", async () => {
  await using project = await createProject({
    files: { ...FILES, "prices.yaml": "name: ours\nasOf: soon\ncurrency: EUR\nmachines: []\n" },
  });
  const prices = await project.fault(["plan", "--prices", "prices.yaml"]);
  assert.deepEqual([prices.code, prices.exit], ["TF_PLAN_FILE", 2]);
  assert.match(prices.lines.join("\n"), /asOf: is "soon"[\s\S]*machines[\s\S]*storagePerGb: is missing/);
  const cases: readonly [string[], string, number][] = [
    [["--prices", "none.yaml"], "TF_PLAN_FILE", 2],
    [["--from", "none.json", "--rps", "9"], "TF_PLAN_FILE", 2],
    [["--users", "10", "--p95", "20ms"], "TF_PLAN_LIMIT", 2],
    [["--users", "none"], "TF_ARGUMENT", 2],
    [["--rps", "1e9"], "TF_PLAN_LIMIT", 2],
    [["--from", "none.json"], "TF_ARGUMENT", 2],
    [["--from", "none.json", "--rps", "9", "--slots", "2"], "TF_ARGUMENT", 2],
    ...["--quick", "--sizes=1", "--held-out=3", "--path=/", "--scenario=a.yaml", "--threads=2"].map(
      (idle): [string[], string, number] => [[idle], "TF_ARGUMENT", 2],
    ),
    [["--measure", "--prices", "none.yaml"], "TF_ARGUMENT", 2],
    [["--measure", "--from", "none.json"], "TF_ARGUMENT", 2],
    [["--measure", "--sizes", "1,x"], "TF_ARGUMENT", 2],
    [["--measure"], "TF_NOT_RUNNING", 1],
  ];
  for (const [words, code, exit] of cases) {
    const fault = await project.fault(["plan", ...words]);
    assert.deepEqual([fault.code, fault.exit], [code, exit], words.join(" "));
  }
});

test("machines that the table lacks are said, and a measurement's own limit is the plan's", async () => {
  const tiny = { name: "m", cores: 0.25, memory: "256mb", monthly: 1 };
  const table = { name: "a", asOf: "2026-09", currency: "EUR", storagePerGb: 0, machines: [tiny] };
  const measured = { version: 1, p95: 500, knees: [1, 2, 4].map((instances) => ({ instances, rate: 30 * instances })) };
  await using project = await createProject({
    files: { ...FILES, "tiny.json": JSON.stringify(table), "measured.json": JSON.stringify(measured) },
  });
  const { stdout } = await project.tenfold("plan", "--prices", "tiny.json");
  assert.match(stdout, /small 1-50: no machine of the price table has/);
  assert.match(stdout, /does not run on several yet/);
  assert.doesNotMatch(stdout, /a month/);
  const words = ["plan", "--rps", "60", "--from", "measured.json"];
  const plan = JSON.parse((await project.tenfold(...words, "--json")).stdout);
  assert.deepEqual([plan.habits.p95, plan.isMeasured, plan.goal.web.standing], [0.5, true, "measured"]);
  assert.ok(plan.path.at(-1).commands.some((line: string) => line.includes("p95<500ms")));
  assert.match((await project.tenfold(...words)).stdout, /How instances scale was measured/);
});

test("a running fleet is measured, planned by that, and has its former size again, also after Ctrl-C", async () => {
  await using project = await createProject({ files: FILES });
  await project.up();
  await project.healthy();
  const words = [...MEASURE, "--sizes", "1,2", "--held-out", "0", "--rps", "60"];
  const { stdout } = await project.tenfold(...words, "--json");
  const measured = JSON.parse(stdout) as Measured;
  assert.equal(measured.version, 1);
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
  await eventually("the fleet is as it was", async () => (await webIn(project)) === 2);
});
