import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Command } from "../../spec/scalars.ts";
import { lookUpUser } from "../users/passwd.ts";
import { currentUser } from "../users/service-user.ts";
import { checkApplicationAccess, programOf } from "./application.ts";

const skip = currentUser().uid === 0 ? false : "only root can try as somebody else";
const nobody = await lookUpUser("nobody");

async function project(): Promise<AsyncDisposable & { path: string }> {
  const root = await mkdtemp("/tmp/tenfold app ");
  await chmod(root, 0o755);
  const path = join(root, "project");
  await mkdir(path);
  return { path, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

async function check(
  path: string,
  command: Command,
  extraPath = "",
): Promise<{ allowed: boolean; notes: readonly string[] }> {
  assert.ok(nobody);
  return checkApplicationAccess({
    project: path,
    user: nobody,
    processes: [{ command, directory: "." }],
    path: `${extraPath}:/usr/bin:/bin`,
  });
}

test("the program of a command is its first word, unless it takes a shell to know", () => {
  assert.equal(programOf("node server.js"), "node");
  assert.equal(programOf("NODE_ENV=production exec node server.js"), "node");
  assert.equal(programOf(".venv/bin/python -m gunicorn app:app"), ".venv/bin/python");
  assert.equal(programOf(["uvicorn", "main:app"]), "uvicorn");
  assert.equal(programOf("$RUNNER app"), undefined);
  assert.equal(programOf("(cd api; node x)"), undefined);
});

test("an open project whose program anybody can execute runs as the services' user", { skip }, async () => {
  await using app = await project();
  await writeFile(join(app.path, "server.sh"), "#!/bin/sh\n", { mode: 0o755 });
  assert.deepEqual(await check(app.path, "./server.sh"), { allowed: true, notes: [] });
});

test("a closed project runs as root, and the chmod that would change it is named", { skip }, async () => {
  await using app = await project();
  await chmod(app.path, 0o700);
  const { allowed, notes } = await check(app.path, "sh server.sh");
  assert.equal(allowed, false);
  assert.match(notes.join(), /cannot pass .*project.*runs as root.*chmod o\+x '\/tmp\/tenfold app /);
});

test("a program in a closed home makes the application run as root", { skip }, async () => {
  await using app = await project();
  const versions = join(app.path, "..", "closed", "versions");
  await mkdir(versions, { recursive: true });
  await writeFile(join(versions, "node"), "", { mode: 0o755 });
  await mkdir(join(app.path, "bin"));
  await symlink(join(versions, "node"), join(app.path, "bin", "node"));
  await chmod(join(app.path, "..", "closed"), 0o700);
  const { allowed, notes } = await check(app.path, "node server.js", join(app.path, "bin"));
  assert.equal(allowed, false);
  assert.match(notes.join(), /^node is .*closed\/versions\/node, and user nobody cannot pass .*closed, so .* root\.$/);
});

test("a script is judged by its interpreter, also behind env", { skip }, async () => {
  await using app = await project();
  const hidden = join(app.path, "..", "hidden");
  await mkdir(hidden);
  await writeFile(join(hidden, "python3.99"), "", { mode: 0o755 });
  await chmod(hidden, 0o700);
  await writeFile(join(app.path, "gunicorn"), `#!${join(hidden, "python3.99").replaceAll(" ", "\\ ")}\n`, {
    mode: 0o755,
  });
  await writeFile(join(app.path, "flask"), "#!/usr/bin/env python3.99\n", { mode: 0o755 });
  const behindEnv = await check(app.path, "./flask run", hidden);
  assert.equal(behindEnv.allowed, false);
  assert.match(behindEnv.notes.join(), /flask is .*python3\.99/);
});

test("a file that the application may miss is named, and nothing else changes", { skip }, async () => {
  await using app = await project();
  await writeFile(join(app.path, "settings.json"), "{}", { mode: 0o600 });
  await writeFile(join(app.path, ".env"), "", { mode: 0o600 });
  const { allowed, notes } = await check(app.path, "sh -c true");
  assert.equal(allowed, true);
  assert.equal(notes.length, 1);
  assert.match(notes.join(), /cannot read settings\.json\. .*chmod -R o\+rX/);
});
