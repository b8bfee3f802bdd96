import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { EXIT_CODES } from "../../fault/catalogue.ts";
import { Fault } from "../../fault/fault.ts";
import { systemCode } from "../../fault/system.ts";
import {
  compareWeb,
  compareWorkers,
  type PolicyChoice,
  WEB_POLICIES,
  WORKER_POLICIES,
} from "../../simulate/compare.ts";
import { stageOf } from "../../simulate/fluid.ts";
import { paretoPage } from "../../simulate/pareto-page.ts";
import { parseTrace } from "../../simulate/parse-trace.ts";
import type { Score } from "../../simulate/score.ts";
import { type Trace, traceFigures } from "../../simulate/trace.ts";
import { TRACES } from "../../simulate/traces/catalogue.ts";
import { workerStage } from "../../simulate/workers.ts";
import { DEFAULT_WORLD, WORKER_WORLD, type World } from "../../simulate/world.ts";
import { formatDuration, millis } from "../../units/millis.ts";
import { nearest } from "../../units/nearest.ts";
import type { Input } from "../command.ts";
import type { Context } from "../context.ts";
import { formatScores } from "../output/score-table.ts";
import { formatTable } from "../output/table.ts";
import { checkOutput, writeOutput } from "./output-file.ts";
import { fitWorld, readEngine } from "./simulate-engine.ts";
import { readPolicies, readWorld } from "./simulate-options.ts";

const LARGEST = 512 * 1024 ** 2;
const HINT = "the first line is second,rps or minute,requests, then a row a second or minute; --list names made traces";

async function readTrace(word: string, directory: string): Promise<Trace> {
  const made = TRACES[word];
  if (made !== undefined) return made.make(word);
  const text = await readCsv(word, resolve(directory, word));
  const parsed = parseTrace(text, basename(word));
  if (parsed.ok) return parsed.value;
  const lines = parsed.problems.map(({ path, message }) => `${path}: ${message}`);
  throw new Fault("TF_TRACE", `${word} is no trace`, { lines, hint: HINT });
}

async function readCsv(word: string, path: string): Promise<string> {
  try {
    const content = await readFile(path);
    if (content.length > LARGEST) throw new Fault("TF_TRACE", `${word} is larger than 512 MB`, { hint: HINT });
    return content.toString("utf8");
  } catch (error) {
    if (error instanceof Fault) throw error;
    const code = systemCode(error);
    if (code === undefined) throw error;
    const near = nearest(word, Object.keys(TRACES));
    const guess = near === undefined ? "" : `; did you mean the made trace ${near}?`;
    const why = code === "ENOENT" ? `there is no file ${word}${guess}` : `${word} cannot be read: ${code}`;
    throw new Fault("TF_TRACE", why, { hint: HINT });
  }
}

function list({ terminal, options }: Context): number {
  const traces = Object.entries(TRACES).map(([name, { kind, use, what }]) => ({ name, kind, use, what }));
  const policies = { web: Object.keys(WEB_POLICIES), workers: Object.keys(WORKER_POLICIES) };
  if (options.json) terminal.out(`${JSON.stringify({ version: 1, traces, policies })}\n`);
  else {
    const column = (heading: string): { heading: string; align: "left" } => ({ heading, align: "left" });
    const rows = traces.map(({ name, kind, use, what }) => [name, kind, use, what]);
    terminal.out(formatTable(["TRACE", "FOR", "USE", "WHAT"].map(column), rows));
    terminal.out(`\nweb policies: ${policies.web.join(", ")}\nworker policies: ${policies.workers.join(", ")}\n`);
  }
  return EXIT_CODES.done;
}

function about(trace: Trace, world: World, workers: boolean): string {
  const { days, mean, peak, peakToMean } = traceFigures(trace);
  const number = (value: number): string => `${Number(value.toPrecision(3))}`;
  const time = (seconds: number): string =>
    seconds < 1 ? `${number(seconds * 1000)}ms` : formatDuration(millis(seconds * 1000));
  const unit = workers ? "jobs" : "requests";
  const long = days < 1 ? time(days * 86_400) : `${number(days)} day${days === 1 ? "" : "s"}`;
  return `${long}, ${number(mean)} ${unit}/s on average, ${number(peak)} in the highest minute (${number(peakToMean)} times). One takes ${time(world.service.mean)}, an instance boots in ${time(world.boot.mean)}, the limit is ${time(world.slo.limit)}.`;
}

/** Policies that know surges, by looks at the pace of the engine. */
const OWN: readonly string[] = ["cheap", "safe"];

/** What of a simulation is not as in a fleet; `null`: nothing that is known. */
function reservation(world: World, policies: readonly PolicyChoice[]): string | null {
  const asked = world.metrics.interval;
  const usual = DEFAULT_WORLD.metrics.interval;
  if (asked >= usual || !policies.some(({ kind, name }) => kind === "named" && OWN.includes(name))) return null;
  const time = (seconds: number): string => formatDuration(millis(seconds * 1000));
  return `the engine looks every ${time(usual)}; every ${time(asked)}, cheap and safe take surges for steeper than a fleet does`;
}

/** Replays a trace against policies. Gives the exit code. Faults: TF_ARGUMENT, TF_TRACE, TF_NOT_WRITABLE, TF_DISK_FULL. */
export async function runSimulate(context: Context, input: Input): Promise<number> {
  const { options, terminal, paint } = context;
  if (input.has("list")) return list(context);
  const word = input.text("trace");
  if (word === null)
    throw new Fault("TF_ARGUMENT", "there is nothing to simulate: --trace is missing", {
      hint: "give a CSV file, or the name of a made trace: tenfold simulate --list",
    });
  const workers = input.has("workers") || TRACES[word]?.kind === "workers";
  const asked = readWorld(input, workers ? WORKER_WORLD : DEFAULT_WORLD);
  const policies = readPolicies(input.text("policy"), workers);
  const trace = await readTrace(word, options.directory);
  const engine = readEngine(input, trace, workers);
  const world = fitWorld(asked, trace, engine);
  const page = input.text("html");
  const path = page === null ? null : resolve(options.directory, page);
  if (path !== null) await checkOutput(path);
  const scores: Score[] = [];
  const runs =
    engine.kind === "workers"
      ? compareWorkers(workerStage(trace, world), policies, engine.name)
      : compareWeb(stageOf(trace, world), policies, engine.name);
  for (const score of runs) {
    scores.push(score);
    if (terminal.isInteractive && !options.quiet) terminal.err(`${paint("✓", "green")} ${score.policy}\n`);
  }
  const sentence = about(trace, world, workers);
  if (options.json) {
    const figures = { name: trace.name, ...traceFigures(trace) };
    terminal.out(`${JSON.stringify({ version: 1, trace: figures, engine: engine.name, world, scores })}\n`);
  } else {
    const but = reservation(world, policies);
    if (but !== null) terminal.err(`${paint("!", "yellow")} ${but}\n`);
    if (!options.quiet) terminal.err(`${paint(trace.name, "bold")}: ${sentence}\n\n`);
    terminal.out(formatScores(scores, workers));
  }
  if (path === null) return EXIT_CODES.done;
  const unit = workers ? "jobs" : "requests";
  await writeOutput(path, paretoPage({ title: `Scaling policies on ${trace.name}`, about: sentence, unit, scores }));
  if (!options.json && !options.quiet) terminal.err(`\n${paint("✓", "green")} wrote ${page}\n`);
  return EXIT_CODES.done;
}
