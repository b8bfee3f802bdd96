import assert from "node:assert/strict";
import { test } from "node:test";
import { webOnly } from "../harness/applications.ts";
import { eventually } from "../harness/eventually.ts";
import { createProject, type Project } from "../harness/project.ts";
import { connectPostgres } from "../harness/writers.ts";

interface Cause {
  readonly name: string;
  readonly figure: string;
  readonly change: string;
}

/** All causes, once this one is among them. */
function causesWith(
  project: Project,
  cause: string,
): Promise<{ readonly code: number | null; readonly causes: readonly Cause[] }> {
  return eventually(
    `${cause} is found`,
    async () => {
      const { code, stdout } = await project.run(["doctor", "--load", "--since", "40s", "--json"]);
      const { causes } = JSON.parse(stdout) as { causes: Cause[] };
      return causes.some(({ name }) => name === cause) ? { code, causes } : null;
    },
    90_000,
  );
}

test("an application that waits for something else is told from one that is well", async () => {
  await using project = await createProject({ files: webOnly(1) });
  const before = await project.fault(["doctor", "--load"]);
  assert.deepEqual([before.code, before.exit], ["TF_NOT_RUNNING", 1]);
  for (const words of [
    ["--since", "5m"],
    ["--load", "--since", "2h"],
    ["--load", "--fix"],
  ])
    assert.equal((await project.fault(["doctor", ...words])).code, "TF_ARGUMENT", words.join(" "));
  await project.up();
  const { urls } = await project.healthy();
  const quiet = await project.tenfold("doctor", "--load");
  assert.match(quiet.stdout, /nothing/);
  const load = project.start(["load", `${urls.app}/slow?ms=700`, "--rate", "5", "--duration", "2m"]);
  const found = await causesWith(project, "dependency-bound");
  load.signal("SIGKILL");
  assert.equal(found.code, 1);
  assert.match(found.causes[0]?.figure ?? "", /answers took \d+ ms/);
  const { stdout } = await project.run(["doctor", "--load", "--since", "30s"]);
  assert.match(stdout, /dependency-bound \(web\).*\n.*\n.*look at/);
});

test("a statement that takes the database's time is named, and utility statements are not even recorded", async () => {
  await using project = await createProject({ files: webOnly(1, "postgres: { replicas: 0 }\n") });
  await project.up();
  await project.healthy();
  const client = await connectPostgres(await project.variable("DATABASE_DIRECT_URL"));
  let over = false;
  const asking = (async () => {
    while (!over) await client.query("/* mine */ SELECT pg_sleep(0.3),\n 'a secret'");
  })();
  try {
    const { code, causes } = await causesWith(project, "slow-statements");
    assert.equal(code, 1);
    assert.match(
      causes.find(({ name }) => name === "slow-statements")?.figure ?? "",
      /^a statement took \d+ % of the time of all, with \d+ calls of \d+ ms on average: SELECT pg_sleep\(\$1\), \$2$/,
    );
    const { "engine/metrics": port } = project.state.ports as Readonly<Record<string, number>>;
    const figures = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const [calls, time] = ["statements_total", "statement_seconds_total"].map((name) =>
      Number(new RegExp(`^tenfold_postgres_${name} (.+)$`, "m").exec(figures)?.[1]),
    );
    assert.ok(Number(calls) >= 5 && Number(time) >= 1.5, `${calls} statements, ${time} s`);
  } finally {
    over = true;
    await asking;
  }
  await client.query("SET application_name = 'a secret'");
  const { rows } = await client.query(
    "SELECT query FROM tenfold.pg_stat_statements WHERE query ~* '^(set|alter|create)'",
  );
  await client.end();
  assert.deepEqual(rows, []);
});

test("when every connection is taken, doctor tells so, and what it advises finds who has them", async () => {
  const settings = "postgres: { replicas: 0, pool: { size: 5 }, settings: { max_connections: '30' } }\n";
  await using project = await createProject({ files: webOnly(1, settings) });
  await project.up();
  await project.healthy();
  const url = await project.variable("DATABASE_DIRECT_URL");
  const taken: Awaited<ReturnType<typeof connectPostgres>>[] = [];
  try {
    const full = async (): Promise<true> => {
      for (;;) taken.push(await connectPostgres(url));
    };
    await assert.rejects(full, /remaining connection slots are reserved/);
    const { causes } = await causesWith(project, "connections-exhausted");
    const change = causes.find(({ name }) => name === "connections-exhausted")?.change ?? "";
    const [, sql = ""] = /tenfold psql --superuser -c "([^"]+)"/.exec(change) ?? assert.fail(change);
    const { stdout } = await project.tenfold("psql", "--superuser", "-Atc", sql);
    assert.match(stdout, /^shop\|/m);
    assert.notEqual((await project.run(["psql", "-c", "SELECT 1"])).code, 0);
  } finally {
    await Promise.all(taken.map((client) => client.end()));
  }
});
