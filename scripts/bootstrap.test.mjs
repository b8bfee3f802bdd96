import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isInstalled } from "./bootstrap.mjs";

const lockOf = (packages) => JSON.stringify({ lockfileVersion: 3, packages });

/** A clone whose lock files hold these packages; those that npm says it installed are there, too. */
async function clone(wanted, installed) {
  const root = await mkdtemp(join(tmpdir(), "clone "));
  await writeFile(join(root, "package-lock.json"), lockOf({ "": { name: "x" }, "packages/own": {}, ...wanted }));
  for (const path of Object.keys(installed)) await mkdir(join(root, path), { recursive: true });
  await mkdir(join(root, "node_modules"), { recursive: true });
  await writeFile(join(root, "node_modules", ".package-lock.json"), lockOf(installed));
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

const one = { version: "1.0.0", integrity: "sha512-a" };

test("packages count as installed when npm's own lock file says the same", async () => {
  const cases = [
    [{ "node_modules/a": one }, { "node_modules/a": one }, true],
    [{ "node_modules/a": one, "node_modules/b": { ...one, optional: true } }, { "node_modules/a": one }, true],
    [{ "node_modules/a": one }, {}, false],
    [{ "node_modules/a": one }, { "node_modules/a": { ...one, version: "1.0.1" } }, false],
    [{ "node_modules/a": one }, { "node_modules/a": { ...one, integrity: "sha512-b" } }, false],
    [{ "node_modules/a": one }, { "node_modules/a": one, "node_modules/gone": one }, false],
  ];
  for (const [wanted, installed, expected] of cases) {
    await using here = await clone(wanted, installed);
    assert.equal(isInstalled(here.root), expected, JSON.stringify([wanted, installed]));
  }
});

test("a package whose directory was deleted, and a clone without any, are not installed", async () => {
  await using here = await clone({ "node_modules/a": one }, { "node_modules/a": one });
  await rm(join(here.root, "node_modules/a"), { recursive: true });
  assert.equal(isInstalled(here.root), false);
  await rm(join(here.root, "node_modules"), { recursive: true });
  assert.equal(isInstalled(here.root), false);
});

/** Runs a child in the foreground as `npm start` does; the child writes down each signal that it gets. */
async function inForeground(child) {
  const directory = await mkdtemp(join(tmpdir(), "foreground "));
  const log = join(directory, "log");
  await writeFile(
    join(directory, "child.mjs"),
    `import fs from "node:fs";\nconst log = (text) => fs.appendFileSync(${JSON.stringify(log)}, text + "\\n");\n${child}\nlog("ready");\n`,
  );
  const runner = `
    import { runForeground } from ${JSON.stringify(new URL("foreground.mjs", import.meta.url).href)};
    const { code } = await runForeground([process.execPath, "child.mjs"], { cwd: ${JSON.stringify(directory)}, env: process.env });
    process.exitCode = code;
  `;
  const process_ = spawn(process.execPath, ["--input-type=module", "-e", runner], { stdio: "ignore" });
  const exited = once(process_, "exit");
  const said = async (text) => {
    for (const deadline = performance.now() + 10_000; performance.now() < deadline; await sleep(20)) {
      if ((await readFile(log, "utf8").catch(() => "")).includes(text)) return;
    }
    throw new Error(`it never said ${text}`);
  };
  return {
    said,
    send: (signal) => process_.kill(signal),
    end: async () => {
      const [code] = await exited;
      const lines = (await readFile(log, "utf8")).trim().split("\n");
      await rm(directory, { recursive: true });
      return { code, lines };
    },
  };
}

const STAYS = "setInterval(() => {}, 1000);";

test("a Ctrl-C that comes from the terminal and from npm stops the fleet once, and is a success", async () => {
  const fleet = await inForeground(
    `${STAYS} process.on("SIGINT", () => { log("SIGINT"); setTimeout(() => process.exit(130), 300); });`,
  );
  await fleet.said("ready");
  fleet.send("SIGINT");
  await sleep(50);
  fleet.send("SIGINT");
  const { code, lines } = await fleet.end();
  assert.deepEqual(lines, ["ready", "SIGINT"]);
  assert.equal(code, 0);
});

test("a second Ctrl-C of a person passes", async () => {
  const fleet = await inForeground(
    `${STAYS} let times = 0; process.on("SIGINT", () => { log("SIGINT " + (times += 1)); if (times === 2) process.exit(1); });`,
  );
  await fleet.said("ready");
  fleet.send("SIGINT");
  await fleet.said("SIGINT 1");
  await sleep(700);
  fleet.send("SIGINT");
  const { code, lines } = await fleet.end();
  assert.equal(lines.at(-1), "SIGINT 2");
  assert.equal(code, 1, "what failed on the way is not hidden");
});

test("exit codes are kept", async () => {
  for (const expected of [0, 1, 2, 3, 4]) {
    const fleet = await inForeground(`process.exitCode = ${expected};`);
    assert.equal((await fleet.end()).code, expected);
  }
});
