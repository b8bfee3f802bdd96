/**
 * npm run bench -- scale [--quick]: every policy on every made trace, the front of Tenfold's own settings, and a fleet of
 * ten thousand. Prints the tables and writes docs/benchmarks-scale.md and pages with plots to bench/results. All of it
 * is computed, so it is the same on every machine, but for the last figure.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  compareWeb,
  compareWorkers,
  WEB_POLICIES,
  WORKER_POLICIES,
} from "../../packages/tenfold/src/simulate/compare.ts";
import { stageOf } from "../../packages/tenfold/src/simulate/fluid.ts";
import { paretoPage } from "../../packages/tenfold/src/simulate/pareto-page.ts";
import type { Score } from "../../packages/tenfold/src/simulate/score.ts";
import { type Trace, traceFigures } from "../../packages/tenfold/src/simulate/trace.ts";
import { TRACES } from "../../packages/tenfold/src/simulate/traces/catalogue.ts";
import { workerStage } from "../../packages/tenfold/src/simulate/workers.ts";
import { DEFAULT_WORLD, WORKER_WORLD } from "../../packages/tenfold/src/simulate/world.ts";
import { ROOT } from "../../tests/harness/program.ts";
import { partsIn, writePage } from "../validate/page.ts";
import { front } from "./front.ts";
import { huge } from "./huge.ts";
import { cell, page, type Section } from "./page.ts";
import { parts } from "./parts.ts";

const quick = process.argv.includes("--quick");
const RESULTS = join(ROOT, "bench/results");

function made(name: string): Trace {
  const trace = TRACES[name]?.make(name);
  if (trace === undefined) throw new Error(`there is no trace ${name}`);
  return quick ? { ...trace, rate: trace.rate.slice(0, 2 * 86_400) } : trace;
}

function named(policies: Readonly<Record<string, unknown>>): { kind: "named"; name: string }[] {
  return Object.keys(policies).map((name) => ({ kind: "named", name }));
}

function run(name: string): Score[] {
  const trace = made(name);
  if (TRACES[name]?.kind === "workers")
    return [...compareWorkers(workerStage(trace, WORKER_WORLD), named(WORKER_POLICIES))];
  return [...compareWeb(stageOf(trace, DEFAULT_WORLD), named(WEB_POLICIES), "fluid")];
}

async function section(kind: "web" | "workers", use: "tuning" | "held-out"): Promise<Section> {
  const names = Object.keys(TRACES).filter((name) => TRACES[name]?.kind === kind && TRACES[name]?.use === use);
  const results: Score[][] = [];
  for (const name of names) {
    console.error(`· ${name}`);
    const scores = run(name);
    results.push(scores);
    const { days, mean, peakToMean } = traceFigures(made(name));
    const about = `${TRACES[name]?.what}: ${days.toFixed(0)} days, ${mean.toFixed(1)}/s on average, highest minute ${peakToMean.toFixed(1)} times that.`;
    const unit = kind === "web" ? "requests" : "jobs";
    await writeFile(
      join(RESULTS, `scale-${name}.html`),
      paretoPage({ title: `Scaling policies on ${name}`, about, unit, scores }),
    );
  }
  const policies = (results[0] ?? []).map(({ policy }) => policy);
  const rows = names.map((name, at) => [name, ...policies.map((_, policy) => cell(results[at]?.[policy]))]);
  return { kind, use, heads: policies, rows };
}

await mkdir(RESULTS, { recursive: true });
const sections = [
  await section("web", "tuning"),
  await section("web", "held-out"),
  await section("workers", "tuning"),
  await section("workers", "held-out"),
];
console.error("· parts and front");
const prices = parts(["world-cup-held", "office-held", "research-held"].map(made));
const fronts = front(["world-cup-held", "office-held"].map(made));
console.error("· a fleet of ten thousand");
const text = page({ sections, parts: prices, fronts, huge: huge() });
console.log(text);
if (!quick) await writePage((page) => [text.trimEnd(), ...partsIn(page)].join("\n\n").concat("\n"));
