/**
 * The long drills: `npm run drills` does 50 PostgreSQL failovers, 20 of Redis, 10 deploys and every other drill once;
 * `npm run drills -- --postgres 10 --out docs/drills.md` only those. Starts the example, drills it, and tells the figures
 * as a page. Ends with 1 when a promise was broken.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { DRILLS } from "../../packages/tenfold/src/drill/catalogue/catalogue.ts";
import type { DrillReport } from "../../packages/tenfold/src/drill/report/report.ts";
import type { DrillResult } from "../../packages/tenfold/src/drill/report/result.ts";
import { createExample, type Project } from "../harness/project.ts";
import { summaryPage } from "./summary.ts";

const { values } = parseArgs({
  options: {
    postgres: { type: "string", default: "0" },
    redis: { type: "string", default: "0" },
    deploys: { type: "string", default: "0" },
    random: { type: "string", default: "0" },
    others: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    out: { type: "string" },
    json: { type: "string" },
  },
});

/** Drills of one command: enough to spare the time between, few enough to lose little when something ends it. */
const BATCH = 5;
/** Requests a second: enough for the hundred thousand of ten deploys; where an outage is measured, few that disturb it. */
const RATE = "100";
const RATE_OF_PLANNED = "400";
const PLANNED = ["deploy-blue-green", "scale", "restart", "balancer-reload"];

function alternating(count: string, names: readonly string[]): string[] {
  return Array.from({ length: Number(count) }, (_, at) => names[at % names.length] ?? "");
}

function chosen(): string[] {
  const { postgres: failovers, redis: switches, deploys: times, random, others: all } = values;
  if ([failovers, switches, times, random].every((count) => count === "0") && !all)
    Object.assign(values, { postgres: "50", redis: "20", deploys: "10", others: true });
  const postgres = alternating(values.postgres, ["postgres-primary-killed", "postgres-primary-frozen"]);
  const redis = alternating(values.redis, ["redis-master-killed", "redis-master-frozen"]);
  const deploys = alternating(values.deploys, ["deploy"]);
  const planned = deploys.length === 0 ? [] : PLANNED;
  const named = [...postgres, ...redis, ...deploys, ...planned];
  const others = values.others ? DRILLS.map(({ name }) => name).filter((name) => !named.includes(name)) : [];
  return [...named, ...others];
}

/** Runs a command's worth of drills; progress goes to this terminal. */
async function drill(project: Project, words: readonly string[]): Promise<DrillReport> {
  const { code, stdout, stderr } = await project.run(["drill", ...words, "--json", "--quiet"]);
  if (!stdout.startsWith('{"version":1,"fleet"'))
    throw new Error(`tenfold drill ended with ${code}: ${stdout}${stderr}`);
  const report = JSON.parse(stdout) as DrillReport;
  for (const { name, kept, failures, pledges } of report.drills) {
    const broken = pledges.filter((pledge) => !pledge.kept).map(({ measure, found }) => `${measure} ${found}`);
    console.log(`${kept ? "✓" : "✗"} ${name} ${[...failures, ...broken].join("; ")}`);
  }
  for (const note of report.notes) console.log(`· ${note}`);
  return report;
}

const drills: DrillResult[] = [];
let machine: DrillReport["machine"] | undefined;
let complete = true;
const names = chosen();
{
  await using project = await createExample();
  await project.up();
  await project.healthy();
  const isPlanned = (name: string): boolean => name === "deploy" || PLANNED.includes(name);
  const batches = [names.filter((name) => !isPlanned(name)), names.filter(isPlanned)].flatMap((kind) =>
    Array.from({ length: Math.ceil(kind.length / BATCH) }, (_, at) => kind.slice(at * BATCH, (at + 1) * BATCH)),
  );
  const random = Number(values.random) === 0 ? [] : [["--random", values.random]];
  for (const [at, words] of [...batches, ...random].entries()) {
    // A long run that breaks off has told what it found until then.
    if (values.json !== undefined) await writeFile(values.json, JSON.stringify(drills));
    const seed = `${Number(values.seed) + at}`;
    await project.healthy(120_000);
    const rate = words.every(isPlanned) ? RATE_OF_PLANNED : RATE;
    const report = await drill(project, [...words, "--seed", seed, "--rate", rate]);
    machine ??= report.machine;
    drills.push(...report.drills);
    complete &&= report.notes.length === 0;
  }
}
const page = summaryPage(drills, machine);
console.log(`\n${page}`);
if (values.out !== undefined) await writeFile(values.out, page);
if (values.json !== undefined) await writeFile(values.json, JSON.stringify(drills));
process.exitCode = complete && drills.every(({ kept }) => kept) ? 0 : 1;
