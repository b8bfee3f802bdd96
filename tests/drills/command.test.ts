import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { DrillReport } from "../../packages/tenfold/src/drill/report/report.ts";
import { webOnly } from "../harness/applications.ts";
import { createExample, createProject, type Project } from "../harness/project.ts";
import { connectPostgres } from "../harness/writers.ts";

async function drill(project: Project, ...words: readonly string[]): Promise<DrillReport & { readonly code: number }> {
  const { code, stdout, stderr } = await project.run(["drill", ...words, "--json"]);
  assert.match(stdout, /^\{"version":1,/, `${stdout}${stderr}`);
  return { ...(JSON.parse(stdout) as DrillReport), code };
}

/** What drills must have removed: their schema and keys. */
async function leftovers(project: Project): Promise<string[]> {
  const client = await connectPostgres(await project.variable("DATABASE_URL"));
  try {
    const { rows } = await client.query<{ nspname: string }>(
      "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'tenfold\\_drill%'",
    );
    const keys = (await project.tenfold("redis-cli", "--scan", "--pattern", "tenfold:drill:*")).stdout.trim();
    return [...rows.map(({ nspname }) => nspname), ...keys.split("\n").filter(Boolean)];
  } finally {
    await client.end();
  }
}

test("drills on a whole fleet", async (t) => {
  await using project = await createExample();
  await project.up();
  await project.healthy();

  await t.test("a web instance is killed, a deploy comes: nobody notices, and nothing is left", async (t) => {
    const page = project.path("drills.html");
    const words = ["web-killed", "balancer-reload", "--seed", "7", "--html", page, "--export", project.path("h.edn")];
    const { code, kept, drills, seed } = await drill(project, ...words);
    for (const { name, failures, pledges } of drills)
      for (const broken of pledges.filter((pledge) => !pledge.kept))
        t.diagnostic(`${name}: ${JSON.stringify(broken)} ${failures}`);
    assert.deepEqual([code, kept, seed], [0, true, 7]);
    assert.deepEqual(
      drills.map(({ name }) => name),
      ["web-killed", "balancer-reload"],
    );
    for (const { requests, postgres, redis, timeline } of drills) {
      assert.ok(requests.sent > 200 && requests.failed === 0);
      assert.ok(postgres !== null && postgres.writes.acknowledged > 100 && postgres.transactions.ok > 20);
      assert.ok(postgres.bank.reads > 5 && (postgres.sessions?.guarded ?? 0) > 5);
      assert.ok(redis !== null && redis.commands.ok > 100 && redis.jobs.enqueued > 20);
      assert.ok(timeline.slices.some(({ writes }) => writes > 0));
    }
    const [killed] = drills;
    assert.match(killed?.struck[0]?.member ?? "", /^web-\d$/);
    assert.ok((killed?.timeToDetect ?? -1) >= 0 && (killed?.timeToWhole ?? -1) > 0);
    const html = readFileSync(page, "utf8");
    assert.match(html, /<svg[\s\S]*web-killed/);
    assert.doesNotMatch(html, /(src|href)=|<script|url\(/, "the page needs nothing else");
    const histories = readdirSync(project.directory).filter((name) => name.startsWith("h-"));
    assert.deepEqual(histories.sort(), ["h-1-web-killed.edn", "h-2-balancer-reload.edn"]);
    assert.match(readFileSync(project.path("h-1-web-killed.edn"), "utf8"), /^\[\{:index 0, :type :invoke, :f :txn, /);
    assert.deepEqual(await leftovers(project), []);
  });

  await t.test("on a fleet of production it asks first", async () => {
    await project.write({ "tenfold.production.yaml": "x-empty: true\n" });
    const fault = await project.fault(["drill", "web-killed", "--env", "production"]);
    assert.deepEqual([fault.code, fault.exit], ["TF_NO_TERMINAL", 2]);
    assert.match(fault.message, /environment production/);
  });

  await t.test("a schema of that name that no drill has made is not touched", async () => {
    await project.tenfold("psql", "-c", "CREATE SCHEMA tenfold_drill");
    const fault = await project.fault(["drill", "web-killed"]);
    assert.deepEqual([fault.code, fault.exit], ["TF_DRILL_DATABASE", 1]);
    assert.deepEqual(await leftovers(project), ["tenfold_drill"]);
  });
});

test("a drill whose promise is broken ends with 1 and says which", async () => {
  await using project = await createProject({ files: webOnly(1) });
  await project.up();
  const { code, kept, drills } = await drill(project, "web-killed");
  assert.deepEqual([code, kept], [1, false]);
  const broken = drills[0]?.pledges.filter((pledge) => !pledge.kept).map(({ measure }) => measure);
  assert.deepEqual(broken, ["failedRequests"]);
  assert.deepEqual([drills[0]?.postgres, drills[0]?.redis], [null, null]);
  const lacking = await project.fault(["drill", "postgres-primary-killed"]);
  assert.deepEqual([lacking.code, lacking.exit], ["TF_NOT_CONFIGURED", 2]);
  const steps = JSON.parse((await project.tenfold("drill", "--all", "--dry-run", "--json")).stdout) as {
    steps: string[];
  };
  assert.ok(steps.steps.includes("web-killed: kill a web"));
  assert.ok(!steps.steps.some((step) => step.startsWith("redis")));
});

test("a drill that is stopped in the middle leaves the fleet as it was", async () => {
  await using project = await createProject({ files: webOnly(1) });
  await project.up();
  const started = project.start(["drill", "scale"]);
  await started.says(/scale web=3/);
  started.signal("SIGINT");
  const { code, stderr } = await started.ended;
  assert.equal(code, 1);
  assert.match(stderr, /the drill was stopped \(TF_CANCELLED\)/);
  const { members } = await project.healthy();
  assert.deepEqual(members.map(({ name }) => name).sort(), ["balancer-1", "web-1"]);
});

test("what was typed wrongly is told before anything is broken", async () => {
  await using project = await createProject();
  const none = await project.fault(["drill"]);
  assert.deepEqual([none.code, none.exit], ["TF_ARGUMENT", 2]);
  const both = await project.fault(["drill", "web-killed", "--all"]);
  assert.equal(both.code, "TF_ARGUMENT");
  const absent = await project.fault(["drill", "--all"]);
  assert.deepEqual([absent.code, absent.exit], ["TF_NOT_RUNNING", 1]);
  const { stdout } = await project.tenfold("drill", "--list");
  assert.match(stdout, /^postgres-primary-frozen {2,}the PostgreSQL primary is frozen/m);
});
