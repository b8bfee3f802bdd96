// npm run bench -- runtime [--ROW...] [--runs=N] [--json]: figures of @tenfold/runtime and its peers.
import { machine, table } from "./print.ts";
import type { Row } from "./row.ts";

/** A row a file; its name is an option. */
const ROWS: Readonly<Record<string, () => Promise<{ readonly row: Row }>>> = {
  sessions: () => import("./sessions.ts"),
  cache: () => import("./cache.ts"),
  invalidation: () => import("./invalidation.ts"),
  limits: () => import("./limits.ts"),
  pool: () => import("./pool.ts"),
  queues: () => import("./queues.ts"),
  database: () => import("./database.ts"),
  scrape: () => import("./scrape.ts"),
  "fan-out": () => import("./fan-out.ts"),
};

const RUNS = 5;

const options = process.argv.slice(2);
const runs = Number(options.find((option) => option.startsWith("--runs="))?.slice("--runs=".length) ?? RUNS);
const json = options.includes("--json");
const names = options
  .filter((option) => !option.startsWith("--runs=") && option !== "--json")
  .map((name) => name.slice(2));
const unknown = names.filter((name) => !(name in ROWS));
if (unknown.length > 0 || !(runs >= 1)) {
  console.error(`error: ${unknown.length > 0 ? `there is no row ${unknown.join(", ")}` : "--runs is no number"}`);
  console.error(
    `hint: there are ${Object.keys(ROWS)
      .map((name) => `--${name}`)
      .join(", ")}, --runs=${RUNS} and --json`,
  );
  process.exit(2);
}

const results: unknown[] = [];
if (!json) console.log(`${machine()}; medians of ${runs} runs\n`);
for (const [name, load] of Object.entries(ROWS)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const { row } = await load();
  const rows = await row.measure(runs);
  if (json) results.push({ name, rows });
  else console.log(`## ${row.name}\n\n${table(rows)}\n`);
}
if (json) console.log(JSON.stringify({ version: 1, machine: machine(), runs, results }, undefined, 2));
