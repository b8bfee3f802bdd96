import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isFault } from "../fault/index.ts";
import { PostgresServer } from "../testing/postgres-server.ts";
import { testContext } from "../testing/test-context.ts";
import { migrate, pending } from "./migrations.ts";

test("of several instances at once one migrates; a file that fails leaves nothing, and is done when it is mended", async () => {
  await using server = await PostgresServer.start();
  await using context = testContext({ DATABASE_URL: server.url });
  const directory = await mkdtemp(join(tmpdir(), "migrations-"));
  const write = (name: string, sql: string) => writeFile(join(directory, name), sql);
  try {
    await write("001-first.sql", "create table a (n int); select pg_sleep(0.05);");
    await write("002-second.sql", "insert into a values (1); insert into a values (2);");
    await write("notes.txt", "no sql");
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(context, directory)));
    assert.deepEqual(applied.flat(), ["001-first.sql", "002-second.sql"]);
    assert.equal((await server.query("select n from a")).length, 2);
    await write("003-third.sql", "insert into a values (3); insert into missing values (4);");
    await assert.rejects(migrate(context, directory), (error) => {
      return isFault(error, "TF_RT_MIGRATION") && /003-third\.sql: .*missing/.test(error.message);
    });
    assert.equal((await server.query("select n from a")).length, 2);
    await write("003-third.sql", "insert into a values (3);");
    assert.deepEqual(await migrate(context, directory), ["003-third.sql"]);
    assert.deepEqual(await migrate(context, directory), []);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test("what was changed after it was applied, and what comes too late, is refused with all its names", () => {
  const file = (name: string, checksum: string) => ({ name, sql: "", checksum });
  const applied = [file("1", "a"), file("3", "c")];
  assert.deepEqual(
    pending([file("1", "a"), file("3", "c"), file("4", "d")], applied).map(({ name }) => name),
    ["4"],
  );
  assert.throws(
    () => pending([file("1", "x"), file("2", "b"), file("3", "c")], applied),
    (error) => isFault(error, "TF_RT_MIGRATION") && error.lines.length === 2,
  );
});
