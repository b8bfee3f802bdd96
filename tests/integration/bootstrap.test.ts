import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { AS_NOBODY, nobodyIsKeptOut } from "../harness/nobody.ts";
import { ROOT } from "../harness/program.ts";
import { createProject } from "../harness/project.ts";

const skip = process.getuid?.() === 0 ? false : "needs root, for mounts of its own";

/** Where a program's file is, past all links. */
async function fileOf(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)("sh", ["-c", `readlink -f "$(command -v ${program})"`]);
  return stdout.trim();
}

/**
 * Runs `npm start` as its own script does, on this machine without HAProxy and Redis, and with an /etc/os-release of its
 * own. Only that run sees it so.
 */
async function npmStart(user: readonly string[], release?: string) {
  await using project = await createProject({ files: { absent: "", release: release ?? "" } });
  await chmod(project.path("absent"), 0o644);
  const hidden = await Promise.all([fileOf("haproxy"), fileOf("redis-server")]);
  const mounts = [
    ...hidden.map((path) => `mount --bind ${project.path("absent")} ${path}`),
    ...(release === undefined ? [] : [`mount --bind ${project.path("release")} "$(readlink -f /etc/os-release)"`]),
  ];
  const script = `${mounts.join(" && ")} && exec "$@"`;
  const start = [...user, process.execPath, join(ROOT, "scripts/start.mjs"), "-d"];
  return await project.run([], {
    argv: ["unshare", "-m", "sh", "-c", script, "sh", ...start],
    env: { HOME: "/nonexistent" },
  });
}

test("npm start without root or sudo says what to install and how, and exits 3", {
  skip: nobodyIsKeptOut(),
}, async (t) => {
  const { code, stdout, stderr } = await npmStart(AS_NOBODY);
  t.diagnostic(stderr.trim());
  assert.equal(code, 3, stdout + stderr);
  assert.match(stderr, /error: .*haproxy.*redis-server.* must be installed, which takes root or sudo/);
  assert.match(stderr, /hint: Run: (sudo apt-get update && )?sudo apt-get install .*haproxy.*redis/);
  assert.doesNotMatch(stderr, /postgres|bug|at .*\.ts:/, "what is there is not named");
});

const SYSTEMS = [
  ['ID=fedora\nVERSION_ID=40\nPRETTY_NAME="Fedora Linux 40"\n', /Fedora/, /dnf install .*haproxy.*redis/],
  ['ID=plan9\nPRETTY_NAME="Plan 9"\n', /Plan 9/, /./],
] as const;

for (const [release, name, hint] of SYSTEMS) {
  test(`npm start on another system (${/"(.*)"/.exec(release)?.[1]}) exits 3`, { skip }, async (t) => {
    const { code, stdout, stderr } = await npmStart([], release);
    t.diagnostic(stderr.trim());
    assert.equal(code, 3, stdout + stderr);
    assert.match(stderr, name);
    assert.match(stderr, /haproxy/);
    assert.match(/hint: (.*)/.exec(stderr)?.[1] ?? "", hint);
  });
}
