import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { lookUpUser } from "../users/passwd.ts";
import { currentUser } from "../users/service-user.ts";
import { canReach, firstClosed, rightsOf, withParents } from "./reach.ts";

const needsRoot = currentUser().uid === 0 ? false : "only root can try as somebody else";
const nobody = await lookUpUser("nobody");

/** Below /tmp itself, since the directory that tests are given may be closed to others. */
async function closedProject(): Promise<AsyncDisposable & { root: string; project: string }> {
  const root = await mkdtemp("/tmp/tenfold reach ");
  const project = join(root, "closed", "appli’cation");
  await mkdir(project, { recursive: true });
  await chmod(root, 0o755);
  await chmod(join(root, "closed"), 0o700);
  return { root, project, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

test("a directory behind a closed parent is out of reach, and the parent is named", { skip: needsRoot }, async () => {
  assert.ok(nobody);
  await using place = await closedProject();
  assert.equal(await canReach(place.project, nobody), false);
  assert.equal(await firstClosed(place.project, nobody), join(place.root, "closed"));
  await chmod(join(place.root, "closed"), 0o711);
  assert.equal(await canReach(place.project, nobody), true);
  assert.equal(await firstClosed(place.project, nobody), null);
});

test("a directory that can be passed but not read is not reached", { skip: needsRoot }, async () => {
  assert.ok(nobody);
  await using place = await closedProject();
  await chmod(join(place.root, "closed"), 0o711);
  assert.equal(await canReach(join(place.root, "closed"), nobody), false);
});

test("a file is reached when it can be read", { skip: needsRoot }, async () => {
  assert.ok(nobody);
  await using place = await closedProject();
  const file = join(place.root, "file");
  await writeFile(file, "", { mode: 0o600 });
  assert.equal(await canReach(file, nobody), false);
  await chmod(file, 0o644);
  assert.equal(await canReach(file, nobody), true);
});

test("the current user's own rights need no other process", async () => {
  await using place = await closedProject();
  assert.equal(await canReach(place.project, currentUser()), true);
  const [rights] = await rightsOf(currentUser(), [join(place.project, "missing")]);
  assert.deepEqual(rights, { read: false, write: false, execute: false });
});

test("rights come in the order of the paths, whatever is in their names", { skip: needsRoot }, async () => {
  assert.ok(nobody);
  await using place = await closedProject();
  const names = ["-n", "a\nb", "=rwx", "$(id)", "z"];
  const paths = names.map((name) => join(place.root, name));
  for (const path of paths) await writeFile(path, "");
  await chmod(paths[1] ?? "", 0o600);
  const rights = await rightsOf(nobody, paths);
  assert.deepEqual(
    rights.map(({ read }) => read),
    [true, false, true, true, true],
  );
});

test("parents are listed from the root down", () => {
  assert.deepEqual(withParents("/a/b c"), ["/", "/a", "/a/b c"]);
});

test("trying as somebody else without root is a fault", {
  skip: needsRoot === false ? "started as root" : false,
}, async () => {
  assert.ok(nobody);
  await assert.rejects(rightsOf(nobody, ["/tmp"]), { code: "TF_USER" });
});
