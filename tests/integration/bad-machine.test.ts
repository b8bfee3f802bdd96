import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";
import { SERVER, webOnly } from "../harness/applications.ts";
import { AS_NOBODY, nobodyIsKeptOut } from "../harness/nobody.ts";
import { processesOf } from "../harness/processes.ts";
import { TENFOLD } from "../harness/program.ts";
import { createProject, type Project } from "../harness/project.ts";

const command = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const needsRoot = isRoot ? false : "needs root, for mounts of its own";

/** Where the machine's own HAProxy is. */
async function haproxy(): Promise<string> {
  return (await command("readlink", ["-f", (await command("which", ["haproxy"])).stdout.trim()])).stdout.trim();
}

/** Runs `up` where another file stands in for a program of the machine; only that run sees it. */
async function upWith(project: Project, program: string, stand: string) {
  const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
  const argv = ["unshare", "-m", "sh", "-c", script, "sh", stand, program, process.execPath, TENFOLD];
  return project.fault(["up", "-d"], { argv });
}

test("a program that is missing or too old is named, with the command that installs it", {
  skip: needsRoot,
}, async () => {
  await using project = await createProject({ files: webOnly(1) });
  const program = await haproxy();
  await project.write({ absent: "", old: "#!/bin/sh\necho 'HAProxy version 1.8.30 2021/04/12'\n" });
  await chmod(project.path("absent"), 0o644);
  await chmod(project.path("old"), 0o755);

  const missing = await upWith(project, program, project.path("absent"));
  assert.equal(missing.code, "TF_MISSING_PROGRAM");
  assert.equal(missing.exit, 3);
  assert.match(missing.message, /haproxy/);
  assert.match([missing.hint, ...missing.lines].join("\n"), /apt-get install .*haproxy/);
  assert.match([missing.hint, ...missing.lines].join("\n"), /tenfold doctor --fix/);

  const old = await upWith(project, program, project.path("old"));
  assert.equal(old.code, "TF_OLD_PROGRAM");
  assert.equal(old.exit, 3);
  assert.match([old.message, ...old.lines].join("\n"), /1\.8\.30/);
});

/** A small disk for a project; taken away again afterwards. */
async function smallDisk(project: Project, size: string): Promise<AsyncDisposable> {
  const directory = project.path();
  await command("mount", ["-t", "tmpfs", "-o", `size=${size},mode=755`, "tmpfs", directory]);
  return { [Symbol.asyncDispose]: async () => void (await command("umount", ["-l", directory])) };
}

test("a full disk is told as that, what runs goes on, and with space again so does the rest", {
  skip: needsRoot,
}, async (t) => {
  await using project = await createProject();
  await using _disk = await smallDisk(project, "6m");
  await project.write(webOnly(2));
  const fill = async (): Promise<void> => {
    for (const count of ["bs=64k", "bs=4k", "bs=1"]) {
      const argv = ["sh", "-c", `dd if=/dev/zero ${count} >> ballast 2> /dev/null`];
      await project.run([], { argv });
    }
  };

  await t.test("before the first up", async () => {
    await fill();
    const fault = await project.fault(["up", "-d"]);
    assert.equal(fault.code, "TF_DISK_FULL");
    assert.equal(fault.exit, 3);
    assert.match(fault.message, /the disk is full: .* could not be written/);
    await rm(project.path("ballast"));
  });

  await t.test("while it runs", async () => {
    await project.up();
    const { urls, members } = await project.healthy();
    await fill();
    const fault = await project.fault(["scale", "4"]);
    assert.equal(fault.code, "TF_DISK_FULL");
    assert.equal(fault.exit, 3);
    assert.match(await (await fetch(urls.app ?? "")).text(), /^web-\d$/);
    const now = (await project.ps()).members.filter(({ state }) => state === "ready");
    for (const { name, pid } of members) assert.equal(now.find((member) => member.name === name)?.pid, pid, name);
    await rm(project.path("ballast"));
  });

  await t.test("and with space again", async () => {
    await project.tenfold("scale", "4");
    assert.equal((await project.healthy()).members.filter(({ kind }) => kind === "web").length, 4);
    await project.tenfold("down", "--volumes", "-y");
  });

  await t.test("no room for a database", async () => {
    await project.write({
      "tenfold.yaml": "name: shop\nweb: node server.mjs\npostgres: { replicas: 0 }\nredis: false\n",
    });
    const fault = await project.fault(["up", "-d"]);
    assert.equal(fault.code, "TF_DISK_FULL", JSON.stringify(fault));
    assert.equal(fault.exit, 3);
    await project.tenfold("down", "--volumes", "-y");
  });
});

test("data of another version of PostgreSQL is left alone", async () => {
  const files = {
    "server.mjs": SERVER,
    "tenfold.yaml": "name: shop\nweb: node server.mjs\npostgres: { replicas: 0 }\nredis: false\n",
  };
  await using project = await createProject({ files });
  await project.up();
  await project.tenfold("psql", "-c", "CREATE TABLE notes AS SELECT 'still there' AS text");
  await project.tenfold("down");
  const { home } = project.state.paths as { home: string };
  const version = `${home}/data/postgres-1/PG_VERSION`;
  const own = await readFile(version, "utf8");
  await writeFile(version, "13\n");
  const fault = await project.fault(["up", "-d"]);
  assert.equal(fault.code, "TF_POSTGRES_DATA_VERSION");
  assert.equal(fault.exit, 3);
  assert.match(fault.message, new RegExp(`made by PostgreSQL 13, but the one installed is ${own.trim()}`));
  assert.match(fault.hint ?? "", /postgresql-13.*pg_upgrade.*nothing was changed/);
  await writeFile(version, own);
  await project.up();
  assert.match((await project.tenfold("psql", "-Atc", "SELECT text FROM notes")).stdout, /still there/);
});

test("a user without rights runs a whole fleet, as itself", {
  skip: isRoot ? nobodyIsKeptOut() : "every other test does",
}, async () => {
  await using project = await createProject({
    files: { "server.mjs": SERVER, "tenfold.yaml": "name: shop\nweb: node server.mjs\npostgres: { replicas: 1 }\n" },
  });
  await command("chown", ["-R", "nobody", project.path()]);
  await mkdir(project.path(".home"));
  const argv = [...AS_NOBODY, process.execPath, TENFOLD];
  const as = (...words: string[]) => project.run(words, { argv, env: { HOME: project.path(), USER: "nobody" } });
  const { code, stderr } = await as("up", "-d");
  assert.equal(code, 0, stderr);
  const nobody = Number((await command("id", ["-u", "nobody"])).stdout);
  const running = processesOf([project.directory]);
  assert.ok(running.length > 10);
  for (const { uid, command: line } of running) assert.equal(uid, nobody, line);
  assert.equal((await as("health")).code, 0);
  assert.equal((await as("down", "--volumes", "-y")).code, 0);
});

test("who the application runs as follows the PATH of each up, not that of the first", {
  skip: needsRoot,
}, async () => {
  await using project = await createProject({
    files: {
      "server.mjs": SERVER,
      "tenfold.yaml": "name: shop\nweb: { command: serve server.mjs, instances: 1, health: /health }\n",
      "closed/serve": `#!/bin/sh\nexec ${process.execPath} "$@"\n`,
      "open/serve": `#!/bin/sh\nexec ${process.execPath} "$@"\n`,
    },
  });
  for (const name of ["closed/serve", "open/serve"]) await chmod(project.path(name), 0o755);
  await chmod(project.path("closed"), 0o700);
  const upWithPath = (directory: string) =>
    project.run(["up", "-d"], { env: { PATH: `${project.path(directory)}:${process.env.PATH}` } });
  const web = async () => {
    const { pid } = await project.member("web-1");
    return processesOf([project.directory]).find((running) => running.pid === pid);
  };

  const closed = await upWithPath("closed");
  assert.equal(closed.code, 0, closed.stderr);
  assert.match(closed.stderr, /serve is .*closed\/serve, and user tenfold cannot pass .*closed, so .* root\./);
  assert.equal((await web())?.uid, 0);

  const open = await upWithPath("open");
  assert.equal(open.code, 0, open.stderr);
  assert.doesNotMatch(open.stderr, /cannot pass/);
  await project.tenfold("restart", "web");
  assert.notEqual((await web())?.uid, 0);
});
