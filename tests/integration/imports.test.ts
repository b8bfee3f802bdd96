import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";
import { ObjectStoreServer } from "../../packages/tenfold/src/testing/object-store.ts";
import { SERVER } from "../harness/applications.ts";
import { list, values } from "../harness/backups.ts";
import { eventually } from "../harness/eventually.ts";
import { createProject, type Project } from "../harness/project.ts";

const run = promisify(execFile);

const LEGACY = `
CREATE EXTENSION pgcrypto;
SET ROLE alice;
CREATE TABLE people (id serial PRIMARY KEY, name text);
INSERT INTO people (name) SELECT 'name ' || n FROM generate_series(1, 500) n;
INSERT INTO people (name) VALUES ('GRANT ALL ON people TO bob;'), ('ALTER TABLE people OWNER TO bob;'), (E'two\\nlines');
CREATE FUNCTION report() RETURNS text LANGUAGE plpgsql AS $body$
BEGIN
GRANT SELECT ON people TO bob;
ALTER TABLE people OWNER TO bob;
RETURN 'x';
END $body$;
GRANT SELECT ON people TO bob;
`;

/** How PostgreSQL's own programs reach the primary as the superuser: through the socket, which knows who asks. */
function superuser(project: Project): NodeJS.ProcessEnv {
  const { paths, ports } = project.state as { paths: Record<string, string>; ports: Record<string, number> };
  return {
    ...process.env,
    PGHOST: paths.run,
    PGPORT: `${ports["postgres-1"]}`,
    PGUSER: "postgres",
    PGDATABASE: "postgres",
  };
}

/** Dumps of a database whose owner does not exist any more afterwards. */
async function dumpLegacy(project: Project): Promise<void> {
  const env = superuser(project);
  const options = { env, cwd: project.directory };
  const psql = (database: string, text: string): Promise<unknown> =>
    run(
      "psql",
      ["-v", "ON_ERROR_STOP=1", "-d", database, ...text.split("\n--\n").flatMap((part) => ["-c", part])],
      options,
    );
  await psql("postgres", "CREATE ROLE alice\n--\nCREATE ROLE bob\n--\nCREATE DATABASE legacy OWNER alice");
  await psql("legacy", `GRANT ALL ON SCHEMA public TO alice; ${LEGACY}`);
  await run("pg_dump", ["-Fc", "-f", "custom.dump", "legacy"], options);
  await run("pg_dump", ["-Fd", "-f", "directory.dump", "legacy"], options);
  await run("pg_dump", ["-f", "plain.sql", "legacy"], options);
  await run("pg_dumpall", ["-f", "all.sql"], options);
  await run("gzip", ["all.sql"], options);
  await psql("postgres", "DROP DATABASE legacy\n--\nDROP ROLE alice\n--\nDROP ROLE bob");
}

test("a database is taken over from a dump, in every format, whoever owned it", async (t) => {
  const file = `name: shop\nweb: { command: node server.mjs, instances: 1, health: /health }\npostgres: { replicas: 0 }\n`;
  await using project = await createProject({ files: { "tenfold.yaml": file, "server.mjs": SERVER } });
  await project.up();
  await dumpLegacy(project);

  const isThere = async (): Promise<void> => {
    assert.deepEqual(await values(project, "SELECT count(*), sum(id) FROM people"), ["503|126756"]);
    assert.deepEqual(await values(project, "SELECT tableowner FROM pg_tables WHERE tablename = 'people'"), ["shop"]);
    assert.deepEqual(await values(project, "SELECT name FROM people WHERE id IN (501, 502)"), [
      "GRANT ALL ON people TO bob;",
      "ALTER TABLE people OWNER TO bob;",
    ]);
    assert.deepEqual(await values(project, "SELECT prosrc ~ 'OWNER TO bob' FROM pg_proc WHERE proname = 'report'"), [
      "t",
    ]);
    assert.deepEqual(await values(project, "SELECT count(*) FROM replication_status"), ["0"]);
    // The pooler's clients see it as well.
    const { stdout } = await project.tenfold(
      "exec",
      "sh",
      "-c",
      'psql "$DATABASE_URL" -Atc "SELECT count(*) FROM people"',
    );
    assert.equal(stdout.trim(), "503");
  };

  await t.test("a custom dump fills the empty database", async () => {
    await project.tenfold("import", "custom.dump");
    await isThere();
  });

  await t.test("a database with tables is replaced only when asked to, and kept", async () => {
    const fault = await project.fault(["import", "plain.sql"]);
    assert.deepEqual([fault.code, fault.exit], ["TF_IMPORT_OCCUPIED", 2]);
    assert.equal((await project.fault(["import", "plain.sql", "--replace"])).code, "TF_NO_TERMINAL");
    await project.tenfold("psql", "-c", "DELETE FROM people");
    for (const dump of ["plain.sql", "directory.dump"]) {
      await project.tenfold("import", dump, "--replace", "-y");
      await isThere();
    }
    const { stdout } = await run("psql", ["-Atc", "SELECT datname FROM pg_database ORDER BY 1"], {
      env: superuser(project),
    });
    assert.equal(stdout.split("\n").filter((name) => name.startsWith("shop_before_")).length, 2);
  });

  await t.test("of a dump of a whole server, the database is taken that is named", async () => {
    const fault = await project.fault(["import", "all.sql.gz", "--replace", "-y"]);
    assert.equal(fault.code, "TF_IMPORT_FILE");
    assert.match(fault.message, /legacy/);
    await project.tenfold("import", "all.sql.gz", "--database", "legacy", "--replace", "-y");
    await isThere();
  });

  await t.test("what cannot be loaded changes nothing", async () => {
    await writeFile(project.path("broken.sql"), "CREATE TABLE half (id int);\nSELECT no_such_function();\n");
    await writeFile(project.path("letter.txt"), Buffer.from([1, 0, 2]));
    assert.equal((await project.fault(["import", "broken.sql", "--replace", "-y"])).code, "TF_IMPORT_FAILED");
    assert.equal((await project.fault(["import", "letter.txt", "--replace", "-y"])).code, "TF_IMPORT_FILE");
    assert.equal((await project.fault(["import", "nowhere.sql"])).code, "TF_IMPORT_FILE");
    await isThere();
    const { stdout } = await run("psql", ["-Atc", "SELECT datname FROM pg_database"], { env: superuser(project) });
    assert.doesNotMatch(stdout, /_import/);
  });
});

test("backups go to a store that speaks S3, and come back from it to a machine that has nothing", async () => {
  await using store = await ObjectStoreServer.start("company");
  const file = `name: shop
web: { command: node server.mjs, instances: 1, health: /health }
postgres: { replicas: 0 }
backups:
  schedule: false
  to: s3://company/prod
  s3: { endpoint: "${store.endpoint}", accessKey: key, secretKey: "\${S3_SECRET_KEY}" }
`;
  const files = { "tenfold.yaml": file, "server.mjs": SERVER, ".env": "S3_SECRET_KEY=hush-hush\n" };
  await using project = await createProject({ files });
  await project.up();
  await project.tenfold("psql", "-c", "CREATE TABLE orders (id int)", "-c", "INSERT INTO orders VALUES (1)");
  await project.tenfold("backup", "--verify");
  await project.tenfold("psql", "-c", "INSERT INTO orders VALUES (2)", "-c", "SELECT pg_current_xact_id()");
  // What is written after the backup gets there within a minute by itself; a backup makes it sooner.
  await project.tenfold("backup");
  const { logUntil, place, backups } = await list(project);
  assert.equal(place, "s3://company/prod");
  assert.equal(backups.length, 2);
  await eventually("the log in the store", async () => ((await list(project)).logUntil ?? "") >= (logUntil ?? "x"));
  assert.doesNotMatch(JSON.stringify(project.state), /hush-hush/);

  await using other = await createProject({ files });
  await other.tenfold("restore", "--to", "latest", "-y");
  await other.up();
  assert.deepEqual(await values(other, "SELECT id FROM orders ORDER BY id"), ["1", "2"]);
  // It goes on where the first one was, which may not write there any more.
  await other.tenfold("backup");
  const fault = await project.fault(["backup"]);
  assert.equal(fault.code, "TF_BACKUP_PLACE");
  assert.match(fault.message, /has backups of another fleet called shop/);
});
