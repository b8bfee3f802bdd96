// npm run bench [-- NAME... [--OPTION...]]: installs what is missing and the peers, then runs the benchmarks of bench/NAME/main.ts.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureEngines, ensureTools, environment, NODE, ROOT, step } from "./bootstrap.mjs";
import { runForeground } from "./foreground.mjs";

const BENCH = join(ROOT, "bench");
const PEERS = join(BENCH, "peers");

function known() {
  return readdirSync(BENCH, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(BENCH, entry.name, "main.ts")))
    .map(({ name }) => name)
    .sort();
}

/** What Tenfold is measured against is installed here, and nowhere else. */
function ensurePeers() {
  const wanted = readFileSync(join(PEERS, "package-lock.json"), "utf8");
  const installed = join(PEERS, "node_modules", ".package-lock.json");
  const versions = (text) =>
    Object.entries(JSON.parse(text).packages)
      .filter(([path, entry]) => path !== "" && entry.optional !== true)
      .map(([path, { version }]) => `${path}@${version}`)
      .sort()
      .join();
  if (existsSync(installed) && versions(readFileSync(installed, "utf8")) === versions(wanted)) return;
  step("install the peers");
  const { status } = spawnSync("npm", ["ci", "--loglevel=error", "--no-audit", "--no-fund"], {
    cwd: PEERS,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (status !== 0) process.exit(3);
}

const words = process.argv.slice(2);
const names = words.filter((word) => !word.startsWith("-"));
const options = words.filter((word) => word.startsWith("-"));
const unknown = names.filter((name) => !known().includes(name));
if (unknown.length > 0) {
  console.error(`error: there is no benchmark called ${unknown.join(" or ")}`);
  console.error(`hint: there are ${known().join(", ")}`);
  process.exit(2);
}
ensureTools();
await ensureEngines([]);
ensurePeers();
for (const name of names.length === 0 ? known() : names) {
  const argv = [NODE, "--conditions=source", "--expose-gc", join(BENCH, name, "main.ts"), ...options];
  const { code, asked } = await runForeground(argv, { cwd: ROOT, env: environment() });
  if (code !== 0 || asked) process.exit(code);
}
