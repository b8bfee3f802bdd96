import assert from "node:assert/strict";
import { test } from "node:test";
import { createProject } from "../harness/project.ts";

/** Nothing of it is started. */
const FILES = {
  "tenfold.yaml": "name: shop\nweb: { command: node server.mjs, instances: 2, health: /health, slowStart: 0s }\n",
};

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
  // 1,000,000 / 10.03.
  assert.match((await project.fault(["plan", "--users", "1000000"])).message, /^99701 requests a second would need/);
  assert.match((await project.tenfold("plan", "--rps", "0.001")).stdout, /^0\.001 requests a second/);
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
    [["--measure", "--path", "http://example.com/"], "TF_ARGUMENT", 2],
    [["--measure", "--path", "//example.com/"], "TF_ARGUMENT", 2],
    [["--measure", "--confirm", "10d"], "TF_ARGUMENT", 2],
    [["--measure", "--start", "100", "--max-rate", "10"], "TF_ARGUMENT", 2],
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
    files: {
      ...{ "tiny.json": JSON.stringify(table), "measured.json": JSON.stringify(measured) },
      "tenfold.yaml": `${FILES["tenfold.yaml"]}postgres: true\n`,
    },
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

test("a plan counts what the file has, and what a request was measured to cost", async () => {
  const busy = { web: 0.2, balancer: 0.04, data: 0, generator: 0.1, machine: 0.5 };
  const measured = {
    ...{ version: 1, p95: 250, quick: true, webTime: 0.001, alone: 4 },
    knees: [
      { instances: 1, rate: 200, limit: "application", busy },
      { instances: 2, rate: 832, limit: "generator" },
    ],
  };
  await using project = await createProject({ files: { ...FILES, "cap.json": JSON.stringify(measured) } });
  const plan = JSON.parse((await project.tenfold("plan", "--users", "3000", "--service", "5ms", "--json")).stdout);
  const { oneMachine, machines, parts } = plan.goal.size;
  // 299.85 requests a second: 5 ms of an instance and 0.1 ms of the balancer each, at 60 %.
  assert.ok(Math.abs(oneMachine.cores - (299.85 * 0.0051) / 0.6) < 0.001, JSON.stringify(oneMachine));
  assert.deepEqual([parts.workers, parts.postgres, machines.length], [false, false, 1]);
  assert.deepEqual(plan.assumed.parts, parts);
  const byFile = JSON.parse((await project.tenfold("plan", "--rps", "700", "--from", "cap.json", "--json")).stdout);
  assert.ok(Math.abs(byFile.goal.size.oneMachine.cores - (700 * 0.0012) / 0.6) < 1e-6);
  assert.deepEqual([byFile.goal.web.least, byFile.serviceFrom, byFile.appetite.service], [2, "measured", 0.004]);
  // A file of before that was kept: two instances did 832, so that an instance's worth of work is 416 of them.
  const { knees } = measured;
  await project.write({
    "old.json": JSON.stringify({ version: 1, p95: 250, knees: knees.map(({ busy: _, ...knee }) => knee) }),
  });
  const old = JSON.parse((await project.tenfold("plan", "--rps", "700", "--from", "old.json", "--json")).stdout);
  assert.equal(old.serviceFrom, "guess");
  assert.ok(Math.abs(old.goal.size.oneMachine.cores - (700 / 416 + 700 * 0.0001) / 0.6) < 1e-6);
  const text = (await project.tenfold("plan", "--users", "3000", "--service", "5ms")).stdout;
  assert.match(text, /Not run by this file, and not counted: workers, PostgreSQL/);
  assert.doesNotMatch(text, /^(workers|PostgreSQL|Redis) /m);
  await using nothing = await createProject({ files: {} });
  assert.match((await nothing.tenfold("plan")).stdout, /There is no fleet file here: .* is assumed/);
});
