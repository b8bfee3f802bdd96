/**
 * npm run bench -- fleet [--only=start,web,rest,fifty,many,clone] [--runs=5]: how fast a fleet starts and scales, and
 * what the engine costs, beside the same stack by hand and PM2. Prints a table in Markdown; bench/results keeps every run.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../tests/harness/program.ts";
import { chosen, count } from "../options.ts";
import { clone } from "./clone.ts";
import { describeMachine } from "./machine.ts";
import { many } from "./many.ts";
import { fifty, rest } from "./rest.ts";
import { type Row, table } from "./row.ts";
import { start } from "./start.ts";
import { web } from "./web.ts";

const PARTS: Readonly<Record<string, (runs: number, port: number) => Promise<Row[]>>> = {
  start,
  web,
  rest,
  fifty,
  many,
  clone,
};

/** Free on most machines; each part has its own hundred. */
const FIRST_PORT = 18_100;

const runs = count("runs", 5);
const only = chosen("only", Object.keys(PARTS), "part");

const machine = describeMachine();
console.log(machine);
const rows: Row[] = [];
for (const [at, name] of only.entries()) {
  console.error(`· ${name}`);
  const found = (await PARTS[name]?.(runs, FIRST_PORT + at * 100)) ?? [];
  console.log(`\n${table(found)}`);
  rows.push(...found);
}
const folder = join(ROOT, "bench/results");
await mkdir(folder, { recursive: true });
await writeFile(
  join(folder, "fleet.json"),
  `${JSON.stringify({ at: new Date().toISOString(), machine, rows }, null, 2)}\n`,
);
