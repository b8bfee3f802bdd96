import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { SERVER } from "../harness/applications.ts";
import { createProject } from "../harness/project.ts";

const FILES = {
  "tenfold.yaml":
    "name: shop\nweb: { command: node server.mjs, instances: 1 }\nredis: { replicas: 0, sentinels: 0 }\ncache: false\n",
  "server.mjs": SERVER,
};

test("a dry run of a fleet that was never up leaves nothing", async () => {
  await using project = await createProject({ files: FILES });
  const { stdout } = await project.tenfold("up", "--dry-run");
  assert.match(stdout, /^start web-1$/m);
  assert.deepEqual((await readdir(project.directory)).sort(), Object.keys(FILES).sort());
});

test("a restore into another directory that fails leaves that as it was, and can be tried again", async (t) => {
  await using project = await createProject({ files: FILES });
  const into = `${project.directory}-copy`;
  t.after(() => rm(into, { recursive: true, force: true }));
  const fails = async (): Promise<void> => {
    for (const attempt of ["first", "second"]) {
      const { code } = await project.fault(["restore", "--into", into]);
      assert.equal(code, "TF_BACKUP_UNKNOWN", attempt);
    }
  };

  await t.test("one that was not there", async () => {
    await fails();
    assert.equal(existsSync(into), false);
  });

  await t.test("an empty one", async () => {
    await mkdir(into);
    await fails();
    assert.deepEqual(await readdir(into), []);
    await rm(into, { recursive: true });
  });

  await t.test("one with the project in it", async () => {
    await mkdir(into);
    for (const name of Object.keys(FILES)) await cp(project.path(name), `${into}/${name}`);
    await writeFile(`${into}/own.txt`, "");
    await fails();
    assert.deepEqual((await readdir(into)).sort(), ["own.txt", "server.mjs", "tenfold.yaml"]);
    await rm(into, { recursive: true });
  });

  await t.test("and so does a dry run", async () => {
    const { code } = await project.fault(["restore", "--into", into, "--dry-run"]);
    assert.equal(code, "TF_BACKUP_UNKNOWN");
    assert.equal(existsSync(into), false);
  });
});
