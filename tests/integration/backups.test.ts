import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { SERVER } from "../harness/applications.ts";
import { fileOf, files, list, moment, newest, values } from "../harness/backups.ts";
import { eventually } from "../harness/eventually.ts";
import { createProject } from "../harness/project.ts";
import { connectRedis, readPostgres, type Writers, writePostgres } from "../harness/writers.ts";

const FILE = `name: shop
web: { command: node server.mjs, instances: 1, health: /health }
postgres: { replicas: 1 }
redis: { replicas: 0 }
cache: false
backups: { schedule: false, keep: 3, to: kept }
`;

test("data is backed up while it is written, tried, and brought back to any moment", async (t) => {
  await using project = await createProject({ files: { "tenfold.yaml": FILE, "server.mjs": SERVER } });
  await project.up();
  await project.healthy();
  const database = await project.variable("DATABASE_URL");
  const storage = await project.variable("STORAGE_DIR");
  const redis = connectRedis(await project.variable("REDIS_URL"));
  t.after(() => redis.disconnect());

  await t.test("nothing is there at first", async () => {
    assert.deepEqual((await list(project)).backups, []);
    assert.equal((await project.fault(["restore", "-y"])).code, "TF_BACKUP_UNKNOWN");
    assert.equal((await project.fault(["backup", "--verify", "latest"])).code, "TF_BACKUP_UNKNOWN");
  });

  const before = await moment(project);
  await project.tenfold(
    "psql",
    "-c",
    "CREATE TABLE orders (id int PRIMARY KEY)",
    "-c",
    "INSERT INTO orders VALUES (1)",
  );

  await t.test(
    "a backup is made and tried while clients write: they are not held up, and all is the same",
    async () => {
      await using writers: Writers = await writePostgres(database, 4);
      await eventually("the first writes", () => writers.acknowledged > 50);
      await redis.set("cart", "first");
      await writeFile(join(storage, "picture.txt"), "first");
      const { stderr } = await project.tenfold("backup", "--verify");
      const { failures, acknowledged } = await writers.stop();
      assert.deepEqual(failures, []);
      assert.match(stderr, /2 tables with \d+ rows are the same as the fleet's\n/);
      const found = await readPostgres(database);
      assert.deepEqual(
        acknowledged.filter((value) => !found.has(value)),
        [],
      );
      const [listed] = (await list(project)).backups;
      assert.deepEqual(listed?.parts, ["postgres", "redis", "storage"]);
      assert.notEqual(listed?.verified, null);
    },
  );

  await t.test("only its owner can read it, and no password is in it", async () => {
    const kept = files(project.path("kept"));
    assert.ok(kept.length >= 5, kept.join(", "));
    for (const path of kept) assert.equal(statSync(path).mode & 0o777, 0o600, path);
    assert.equal(statSync(project.path("kept")).mode & 0o777, 0o700);
    const { generated } = JSON.parse(readFileSync(project.path(".tenfold", "secrets.json"), "utf8")) as {
      generated: Record<string, string>;
    };
    const texts = kept.map((path) => readFileSync(path, "latin1")).join("");
    for (const [name, secret] of Object.entries(generated))
      assert.ok(!texts.includes(secret), `${name} is in a backup`);
  });

  await t.test("a moment between two transactions is restored, with all that belongs to the fleet", async () => {
    await project.tenfold("psql", "-c", "INSERT INTO orders VALUES (2)");
    const between = await moment(project);
    await project.tenfold("psql", "-c", "INSERT INTO orders VALUES (3)");
    await redis.set("cart", "second");
    await writeFile(join(storage, "picture.txt"), "second");
    await project.tenfold("restore", "--to", between, "-y");
    await project.healthy();
    assert.deepEqual(await values(project, "SELECT id FROM orders ORDER BY id"), ["1", "2"]);
    assert.equal(await redis.get("cart"), "first");
    assert.equal(readFileSync(join(storage, "picture.txt"), "utf8"), "first");
    assert.deepEqual(await values(project, "SELECT count(*) FROM replication_status WHERE state = 'streaming'"), ["1"]);
  });

  await t.test("what the restore undid can be restored too, and a failover in between does not matter", async () => {
    await project.tenfold("psql", "-c", "INSERT INTO orders VALUES (4)");
    await project.tenfold("failover", "postgres");
    await project.healthy();
    await project.tenfold("psql", "-c", "INSERT INTO orders VALUES (5)");
    await project.tenfold("restore", "--to", "latest", "--only", "postgres", "-y");
    await project.healthy();
    assert.deepEqual(await values(project, "SELECT id FROM orders ORDER BY id"), ["1", "2", "4", "5"]);
  });

  await t.test("moments that cannot be restored are told apart", async () => {
    const early = await project.fault(["restore", "--to", before, "-y"]);
    assert.equal(early.code, "TF_RESTORE_TIME");
    assert.match(`${early.hint}`, /the earliest moment is 20\d\d-/);
    assert.equal(early.exit, 2);
    assert.equal((await project.fault(["restore", "--to", "2099-01-01", "-y"])).code, "TF_RESTORE_TIME");
    assert.equal((await project.fault(["restore", "--to", "soon", "-y"])).code, "TF_ARGUMENT");
    assert.equal((await project.fault(["restore", "20200101T000000Z", "-y"])).code, "TF_BACKUP_UNKNOWN");
    assert.equal((await project.fault(["restore", "--only", "web", "-y"])).code, "TF_ARGUMENT");
    assert.equal((await project.fault(["restore"])).code, "TF_NO_TERMINAL");
    assert.deepEqual(await values(project, "SELECT count(*) FROM orders"), ["4"]);
  });

  await t.test("a flipped bit in a backup is found, by a try and by a restore, and nothing is changed", async () => {
    await project.tenfold("backup");
    const id = await newest(project);
    const path = fileOf(project, id, "postgres.tar.zst");
    const content = readFileSync(path);
    const at = Math.floor(content.length / 2);
    content[at] = (content[at] ?? 0) ^ 1;
    writeFileSync(path, content);
    const tried = await project.fault(["backup", "--verify", id]);
    assert.equal(tried.code, "TF_BACKUP_DAMAGED");
    assert.match(tried.message, /postgres\.tar\.zst in .* is damaged/);
    assert.equal((await project.fault(["restore", id, "-y"])).code, "TF_BACKUP_DAMAGED");
    await project.healthy();
    assert.deepEqual(await values(project, "SELECT count(*) FROM orders"), ["4"]);
    await rm(fileOf(project, id, "redis.rdb.zst"));
    assert.equal((await project.fault(["backup", "--verify", id])).code, "TF_BACKUP_DAMAGED");
  });

  await t.test("a place that cannot be used is told by name", async () => {
    await project.write({ "tenfold.yaml": FILE.replace("to: kept", "to: server.mjs/kept"), server: "" });
    await project.up();
    const fault = await project.fault(["backup"]);
    assert.equal(fault.code, "TF_BACKUP_PLACE");
    assert.match(fault.message, /server\.mjs\/kept cannot be used: ENOTDIR/);
  });
});
