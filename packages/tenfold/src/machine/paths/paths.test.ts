import assert from "node:assert/strict";
import { chmod, lstat, mkdir, mkdtemp, rm, rmdir, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { Fault } from "../../fault/fault.ts";
import { socketFile } from "../../fleet/paths.ts";
import { lookUpUser } from "../users/passwd.ts";
import { currentUser } from "../users/service-user.ts";
import { choosePaths } from "./choose.ts";
import { makeDirectories, makePrivateDirectory } from "./make.ts";

const me = currentUser();
const skip = me.uid === 0 ? false : "only root can try as somebody else";
const nobody = me.uid === 0 ? ((await lookUpUser("nobody")) ?? me) : me;

async function place(...inside: string[]): Promise<AsyncDisposable & { root: string; project: string }> {
  const root = await mkdtemp("/tmp/tf-");
  await chmod(root, 0o755);
  const project = join(root, ...inside);
  await mkdir(project, { recursive: true });
  return { root, project, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

test("everything is below the project where the services' user can reach it", async () => {
  await using here = await place("shop");
  const paths = await choosePaths({ project: here.project, user: nobody });
  const state = join(here.project, ".tenfold");
  assert.deepEqual(paths, { project: here.project, state, home: state, run: join(state, "run") });
});

test("a project reached through a link is the same fleet", async () => {
  await using here = await place("shop");
  await symlink(here.project, join(here.root, "link"));
  assert.deepEqual(
    await choosePaths({ project: join(here.root, "link"), user: me }),
    await choosePaths({ project: here.project, user: me }),
  );
});

test("a closed parent moves what services write, and nothing else", { skip }, async () => {
  await using here = await place("root", "Mein Laden");
  await chmod(join(here.root, "root"), 0o700);
  const paths = await choosePaths({ project: here.project, user: nobody });
  assert.equal(paths.state, join(here.project, ".tenfold"));
  assert.match(paths.home, /^\/var\/lib\/tenfold\/mein-laden-[0-9a-f]{8}$/);
  assert.equal(paths.run, `${paths.home}/run`);
  await using other = await place("root", "Mein Laden");
  await chmod(join(other.root, "root"), 0o700);
  assert.notEqual((await choosePaths({ project: other.project, user: nobody })).home, paths.home);
});

test("data that a chmod put out of reach is not silently left behind", { skip }, async () => {
  await using here = await place("root", "shop");
  await mkdir(join(here.project, ".tenfold/data/postgres-1"), { recursive: true });
  await chmod(join(here.root, "root"), 0o700);
  await assert.rejects(choosePaths({ project: here.project, user: nobody }), (error) => {
    assert.ok(error instanceof Fault && error.code === "TF_NOT_WRITABLE");
    assert.match(error.hint ?? "", /chmod o\+x .*root$/);
    return true;
  });
});

test("data that went elsewhere stays there when the project is opened later", { skip }, async () => {
  await using here = await place("root", "shop");
  await chmod(join(here.root, "root"), 0o700);
  const before = await choosePaths({ project: here.project, user: nobody });
  try {
    await makeDirectories(before, { engine: me, service: nobody, application: nobody });
    await mkdir(join(before.home, "data", "postgres-1"), { recursive: true });
    await chmod(join(here.root, "root"), 0o755);
    assert.deepEqual(await choosePaths({ project: here.project, user: nobody }), before);
  } finally {
    await rm(before.home, { recursive: true });
    await rmdir(dirname(before.home)).catch(() => "other fleets live there");
  }
});

test("sockets fit into a path that is too long for them, also one of Unicode, and one is really bound", async () => {
  for (const name of ["x".repeat(120), "ж".repeat(40), "a b ".repeat(20).trim()]) {
    await using here = await place(name);
    const paths = await choosePaths({ project: here.project, user: me });
    assert.match(paths.run, /^\/tmp\/tenfold-[0-9a-f]{8}$/);
    await makeDirectories(paths, { engine: me, service: me, application: me });
    try {
      // Node shortens a path that is too long without a word; the file then is elsewhere.
      const server = createServer().listen(`${socketFile(paths, "balancer-1-master")}.4194304.tmp`);
      await new Promise((resolve) => server.once("listening", resolve));
      assert.ok((await stat(`${socketFile(paths, "balancer-1-master")}.4194304.tmp`)).isSocket());
      await new Promise((resolve) => server.close(resolve));
    } finally {
      await rm(paths.run, { recursive: true });
    }
  }
});

test("a path just short enough keeps its sockets near", async () => {
  await using here = await place("y".repeat(20));
  const paths = await choosePaths({ project: here.project, user: me });
  assert.ok(paths.run.startsWith(here.project));
  assert.ok(Buffer.byteLength(`${socketFile(paths, "balancer-1-master")}.4194304.tmp`) <= 107);
});

test("a directory for sockets belongs to the services' user alone, and making it again changes nothing", {
  skip,
}, async () => {
  await using here = await place();
  const run = join(here.root, "run");
  for (let time = 0; time < 2; time += 1) {
    await makePrivateDirectory(run, nobody);
    const { mode, uid, gid } = await stat(run);
    assert.deepEqual([mode & 0o777, uid, gid], [0o700, nobody.uid, nobody.gid]);
  }
});

test("a name that somebody else took, a link or a file is refused", { skip }, async () => {
  await using here = await place();
  const target = join(here.root, "target");
  await mkdir(target, { mode: 0o755 });
  const link = join(here.root, "link");
  await symlink(target, link);
  await assert.rejects(makePrivateDirectory(link, nobody), { code: "TF_NOT_WRITABLE", message: /it is a link/ });
  assert.equal((await lstat(target)).mode & 0o777, 0o755, "the target was left alone");
  assert.equal((await lstat(target)).uid, 0);

  const file = join(here.root, "file");
  await writeFile(file, "");
  await assert.rejects(makePrivateDirectory(file, nobody), { code: "TF_NOT_WRITABLE", message: /no directory/ });

  const taken = join(here.root, "taken");
  await makePrivateDirectory(taken, { ...nobody, uid: 1 });
  await assert.rejects(makePrivateDirectory(taken, nobody), { code: "TF_NOT_WRITABLE", message: /belongs to uid 1/ });
});

test("a narrow umask does not close the directories that services pass", async () => {
  await using here = await place("shop");
  const before = process.umask(0o077);
  try {
    const paths = await choosePaths({ project: here.project, user: me });
    await makeDirectories(
      { ...paths, home: join(here.project, "a/b/c") },
      { engine: me, service: me, application: me },
    );
    for (const made of ["a", "a/b", "a/b/c", ".tenfold"]) {
      assert.equal((await stat(join(here.project, made))).mode & 0o777, 0o755, made);
    }
  } finally {
    process.umask(before);
  }
});
