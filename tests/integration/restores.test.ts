import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import { test } from "node:test";
import { SERVER } from "../harness/applications.ts";
import { type Listed, list, values } from "../harness/backups.ts";
import { eventually } from "../harness/eventually.ts";
import { createProject } from "../harness/project.ts";

const FILE = `name: shop
web: { command: node server.mjs, instances: 1, health: /health }
postgres: { replicas: 0 }
backups: { schedule: false, keep: 3, to: kept }
`;

test("a restore is finished or undone, whatever happens in it", async (t) => {
  await using project = await createProject({ files: { "tenfold.yaml": FILE, "server.mjs": SERVER } });
  await project.up();
  await project.tenfold(
    "psql",
    "-c",
    "CREATE TABLE orders (id int PRIMARY KEY)",
    "-c",
    "INSERT INTO orders VALUES (1)",
  );
  await project.tenfold("backup");
  await project.tenfold("psql", "-c", "INSERT INTO orders VALUES (2)");

  await t.test("a restore that fails when its data is already in place puts everything back", async () => {
    const pid = (await project.member("balancer-1")).pid;
    // The release command is what does not work with the old data.
    await project.write({ "tenfold.yaml": `${FILE}release: test ! -e refuse\n` });
    await project.up();
    await project.healthy();
    await project.write({ refuse: "" });
    const good = (await list(project)).backups.at(-1)?.backup ?? "";
    const fault = await project.fault(["restore", good, "-y"]);
    assert.equal(fault.code, "TF_RESTORE_FAILED");
    assert.match(`${fault.hint}`, /everything is as it was before/);
    await project.healthy();
    assert.deepEqual(await values(project, "SELECT id FROM orders ORDER BY id"), ["1", "2"]);
    assert.equal((await project.member("balancer-1")).pid, pid);
    await rm(project.path("refuse"));
    assert.deepEqual(
      (await readdir(project.path(".tenfold"))).filter((name) => /^(restore|replaced)-/.test(name)),
      [],
    );
  });

  await t.test("an engine that is killed in the middle of a restore is followed by one that finishes it", async () => {
    const good = (await list(project)).backups.at(-1)?.backup ?? "";
    const restoring = project.start(["restore", good, "-y", "--only", "postgres"]);
    await restoring.says(/postgres +is fetched/);
    process.kill(project.engine, "SIGKILL");
    await restoring.ended;
    await eventually(
      "the restored data",
      async () => {
        await project.healthy();
        return (await values(project, "SELECT count(*) FROM orders"))[0] === "1";
      },
      60_000,
    );
  });

  await t.test("a new fleet is made of a backup in another directory", async (t) => {
    const directory = `${project.directory}-copy`;
    const good = (await list(project)).backups.at(-1)?.backup ?? "";
    await project.tenfold("restore", good, "--into", directory);
    const occupied = await project.fault(["restore", "--into", directory]);
    assert.equal(occupied.code, "TF_RESTORE_OCCUPIED");
    t.after(() => project.tenfold("-C", directory, "down", "--volumes", "-y"));
    await project.tenfold("-C", directory, "up", "-d");
    const { stdout } = await project.tenfold("-C", directory, "psql", "-Atc", "SELECT count(*) FROM orders");
    assert.equal(stdout.trim(), "1");
    // Its own backups are its own.
    const own = await project.tenfold("-C", directory, "backup", "--list", "--json");
    assert.deepEqual((JSON.parse(own.stdout) as Listed).backups, []);
  });

  await t.test("older backups go, and down --volumes keeps the others and says so", async () => {
    for (let made = 0; made < 2; made += 1) await project.tenfold("backup");
    assert.equal((await list(project)).backups.length, 3, (await project.tenfold("backup", "--list")).stdout);
    const { stderr } = await project.tenfold("down", "--volumes", "-y");
    assert.match(stderr, /3 backups are kept in .*kept/);
    await project.up();
    await project.tenfold("restore", "--to", "latest", "-y");
    await project.healthy();
    assert.deepEqual(await values(project, "SELECT count(*) FROM orders"), ["1"]);
  });
});
