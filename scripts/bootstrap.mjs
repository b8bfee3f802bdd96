// Sets up what the repository needs, with nothing but Node 20 and npm: packages, Node 24, and the engines that fleets
// are made of. Plain JavaScript, since Node 20 runs no TypeScript. Quiet about what is there already.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runForeground } from "./foreground.mjs";

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const BIN = join(ROOT, "node_modules", ".bin");

/** The Node that everything but these scripts runs on. */
export const NODE = join(BIN, "node");

/** Exit codes of the command line: what the machine lacks, and what failed. */
const MACHINE = 3;

/** The environment of whatever is started: Node 24 and the tools of the repository come first. */
export function environment() {
  return { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH ?? ""}` };
}

/** Says that a step begins which takes a while. */
export function step(title) {
  console.error(`· ${title}`);
}

function fail(message, hint) {
  console.error(`error: ${message}`);
  if (hint !== undefined) console.error(`hint: ${hint}`);
  process.exit(MACHINE);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Whether what is installed is what package-lock.json says. npm writes down what it installed in a lock file of its own;
 * packages for other platforms are optional there, and absent.
 */
export function isInstalled(root = ROOT) {
  const wanted = readJson(join(root, "package-lock.json"))?.packages ?? {};
  const installed = readJson(join(root, "node_modules", ".package-lock.json"))?.packages ?? {};
  const isPackage = (path) => path.startsWith("node_modules/");
  const same = (a, b) => a.version === b.version && a.integrity === b.integrity && a.resolved === b.resolved;
  for (const [path, entry] of Object.entries(wanted)) {
    if (!isPackage(path)) continue;
    const found = installed[path];
    if (found === undefined ? entry.optional !== true : entry.link !== true && !same(entry, found)) return false;
    if (found !== undefined && !existsSync(join(root, path))) return false;
  }
  return Object.keys(installed).every((path) => !isPackage(path) || path in wanted);
}

/** Whether a process lives. */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Holds off others who set the same clone up. It is kept outside of node_modules, which npm deletes. */
function lock() {
  const path = join(tmpdir(), `tenfold-setup-${createHash("sha256").update(ROOT).digest("hex").slice(0, 12)}`);
  let told = false;
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx", mode: 0o600 });
      const release = () => rmSync(path, { force: true });
      process.once("exit", release);
      return () => {
        process.removeListener("exit", release);
        release();
      };
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const holder = Number(existsSync(path) ? readFileSync(path, "utf8") : 0);
    if (holder > 0 && !isAlive(holder)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!told) step(`wait for another setup${holder > 0 ? ` (pid ${holder})` : ""}`);
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  }
}

/** The version of a Node, or undefined when it does not run. */
function versionOf(node) {
  const { status, stdout } = spawnSync(node, ["--version"], { encoding: "utf8" });
  return status === 0 ? /^v(\d+)/.exec(stdout)?.[1] : undefined;
}

function runsTypeScript(node) {
  return Number(versionOf(node) ?? 0) >= 24;
}

function npm(args) {
  return spawnSync("npm", args, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"] });
}

function ensurePackages() {
  if (isInstalled()) return;
  step("install npm packages");
  // Node 24 is a development dependency, which NODE_ENV=production would leave out.
  const { status, error } = npm([
    "ci",
    "--include=dev",
    "--loglevel=error",
    "--no-audit",
    "--no-fund",
    "--update-notifier=false",
  ]);
  if (error !== undefined) fail(`npm could not be started: ${error.message}`, "Install npm, which comes with Node.");
  if (status !== 0)
    fail("npm could not install the packages", "Its own messages are above; a proxy goes into ~/.npmrc.");
}

/** npm may have been told to run no install scripts, and then its package `node` is empty. */
function ensureNode() {
  if (runsTypeScript(NODE)) return;
  const home = join(ROOT, "node_modules", "node");
  step("install Node 24");
  spawnSync(process.execPath, ["installArchSpecificPackage.js"], { cwd: home, stdio: ["ignore", "ignore", "inherit"] });
  if (runsTypeScript(NODE)) return;
  // On systems that Node has no builds for, such as Alpine, the system's own will do if it is new enough.
  if (runsTypeScript(process.execPath)) {
    mkdirSync(join(home, "bin"), { recursive: true });
    rmSync(join(home, "bin", "node"), { force: true });
    symlinkSync(process.execPath, join(home, "bin", "node"));
    if (runsTypeScript(NODE)) return;
  }
  fail("Node 24 could not be installed through npm", "Install Node 24 or newer by other means, and try again.");
}

/** Sets the packages up. Idempotent, and safe when several do it at once. */
export function ensureTools() {
  const [major] = process.versions.node.split(".");
  if (Number(major) < 20) fail(`Node ${process.versions.node} is too old`, "Install Node 20 or newer.");
  if (isInstalled() && runsTypeScript(NODE)) return;
  const release = lock();
  try {
    ensurePackages();
    ensureNode();
  } finally {
    release();
  }
}

/** Installs the programs that are missing; ends this process with the exit code of the command line when that fails. */
export async function ensureEngines(programs) {
  const argv = [NODE, "--conditions=source", join(ROOT, "scripts", "engines.ts"), ...programs];
  const { code, asked } = await runForeground(argv, { cwd: ROOT, env: environment() });
  if (code !== 0 || asked) process.exit(code);
}
