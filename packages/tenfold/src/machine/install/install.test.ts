import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Fault } from "../../fault/fault.ts";
import type { Finding } from "../doctor/diagnose.ts";
import { observeSystem } from "../system/system.ts";
import { currentUser } from "../users/service-user.ts";
import { install } from "./install.ts";

const root = currentUser().uid === 0;
const onApt = (await observeSystem()).manager === "apt" ? false : "apt is not this system's package manager";
const asRoot = onApt || (root ? false : "only root installs without sudo");

/** OpenSSL brings no service, so that nothing of this system is prepared or tidied. */
const openssl: Finding = {
  program: "openssl",
  state: { kind: "missing" },
  package: "openssl",
  install: null,
  hint: null,
};

/** A PATH whose apt is a script that writes down how it was called. */
async function fakeApt(
  script: string,
  candidate = "3.0.0-1",
): Promise<AsyncDisposable & { path: string; calls: () => Promise<string[]> }> {
  const path = await mkdtemp(join(tmpdir(), "tenfold-apt-"));
  const log = join(path, "calls");
  const put = async (name: string, text: string): Promise<void> => {
    await writeFile(join(path, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(path, name), 0o755);
  };
  await writeFile(log, "");
  await put(
    "apt-get",
    `for command; do case $command in update|install) break;; esac; done; echo $command >>${log}\n${script}`,
  );
  await put("apt-cache", `printf 'openssl:\\n  Candidate: ${candidate}\\n'`);
  await put("dpkg", `echo configure >>${log}; touch ${path}/configured`);
  await put("sudo", "exit 1");
  const calls = async (): Promise<string[]> => (await readFile(log, "utf8")).trim().split("\n");
  return { path, calls, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

async function installWith(
  path: string,
  more: { signal?: AbortSignal; steps?: string[]; onLine?: (line: string) => void } = {},
): Promise<readonly string[]> {
  return install([openssl], {
    processEnv: { ...process.env, PATH: `${path}:${process.env.PATH}` },
    onOutput: more.onLine ?? (() => {}),
    onStep: (title) => more.steps?.push(title),
    signal: more.signal ?? new AbortController().signal,
  });
}

test("nothing is done when nothing is missing", async () => {
  const ok: Finding = { ...openssl, state: { kind: "ok", version: [3, 0, 0], path: "/usr/bin/openssl" } };
  const options = { processEnv: { PATH: "/nowhere" }, onOutput: () => {}, signal: new AbortController().signal };
  assert.deepEqual(await install([ok], options), []);
});

test("a version that the mirrors no longer have is tried again with fresh lists", { skip: asRoot }, async () => {
  await using apt = await fakeApt(
    `[ $command = install ] && ! grep -q update ${"$"}{0%/*}/calls && { echo 'E: Failed to fetch http://x/openssl.deb  404  Not Found'; exit 100; }; exit 0`,
  );
  const steps: string[] = [];
  assert.deepEqual(await installWith(apt.path, { steps }), ["openssl"]);
  assert.deepEqual((await apt.calls()).slice(-2), ["update", "install"]);
  assert.ok(steps.includes("install openssl"));
});

test("what an earlier installation left half done is finished first", { skip: asRoot }, async () => {
  await using apt = await fakeApt(
    `[ -e ${"$"}{0%/*}/configured ] || { echo "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem."; exit 100; }`,
  );
  await installWith(apt.path);
  assert.deepEqual((await apt.calls()).slice(-3), ["install", "configure", "install"]);
});

test("a failure shows the lines that say why, once, and what to do", { skip: asRoot }, async () => {
  await using apt = await fakeApt("echo noise; echo 'E: Failed to fetch http://x  Could not resolve host'; exit 100");
  await assert.rejects(installWith(apt.path), (error) => {
    assert.ok(error instanceof Fault && error.code === "TF_INSTALL_FAILED" && error.exit === 3);
    assert.deepEqual(error.lines, ["E: Failed to fetch http://x  Could not resolve host"]);
    assert.match(error.hint ?? "", /network/);
    return true;
  });
});

test("a package that is too old is refused before anything is installed", { skip: asRoot }, async () => {
  await using apt = await fakeApt("exit 0", "1.0.2k-1");
  await assert.rejects(installWith(apt.path), (error) => {
    assert.ok(error instanceof Fault && error.code === "TF_OLD_PROGRAM" && error.exit === 3);
    assert.match(error.lines.join(), /^openssl 1\.0\.2: 1\.1\.1 is the oldest that works\. Newer ones: /);
    return true;
  });
  assert.ok(!(await apt.calls()).includes("install"));
});

test("a lock on the lists is waited for, and said once", { skip: asRoot }, async () => {
  await using apt = await fakeApt(
    `case $command in
      install) grep -q update ${"$"}{0%/*}/calls || { echo 'E: Unable to locate package openssl'; exit 100; } ;;
      update) [ "$(grep -c update ${"$"}{0%/*}/calls)" -ge 3 ] || { echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 1 (x)'; exit 100; } ;;
    esac`,
  );
  const steps: string[] = [];
  await installWith(apt.path, { steps });
  assert.equal(steps.filter((step) => step.startsWith("wait")).length, 1);
});

test("a cancellation interrupts apt as Ctrl-C would, waits for it, and is a fault", { skip: asRoot }, async () => {
  await using apt = await fakeApt(
    `[ $command = install ] || exit 0; trap 'echo interrupted >>${"$"}{0%/*}/calls; exit 130' INT; echo begun; while :; do sleep 0.05; done`,
  );
  const controller = new AbortController();
  await assert.rejects(
    installWith(apt.path, { signal: controller.signal, onLine: (line) => line === "begun" && controller.abort() }),
    { code: "TF_CANCELLED" },
  );
  assert.equal((await apt.calls()).at(-1), "interrupted");
});

test("without root and sudo the exact command is named", {
  skip: onApt || (root ? "started as root" : false),
}, async () => {
  await using apt = await fakeApt("exit 0");
  await assert.rejects(installWith(apt.path), (error) => {
    assert.ok(error instanceof Fault && error.code === "TF_NEEDS_ROOT" && error.exit === 3);
    assert.match(error.hint ?? "", /^Run: sudo apt-get install -y --no-install-recommends openssl$/);
    return true;
  });
});
