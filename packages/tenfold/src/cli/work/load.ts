import { writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { EXIT_CODES } from "../../fault/catalogue.ts";
import { Fault } from "../../fault/fault.ts";
import { systemFault } from "../../fault/system.ts";
import { type Profile, peakOf } from "../../load/arrivals/profile.ts";
import { exportK6 } from "../../load/export/k6.ts";
import { loadScenario } from "../../load/read/scenario-file.ts";
import { buildReport } from "../../load/report/build.ts";
import { renderHtml } from "../../load/report/html.ts";
import type { LoadReport } from "../../load/report/report.ts";
import { beyondLimits } from "../../load/run/limits.ts";
import { type LoadPlan, secondsOf } from "../../load/run/plan.ts";
import type { Scenario } from "../../load/scenario/scenario.ts";
import { runThreads } from "../../load/threads/run-threads.ts";
import type { Threshold } from "../../load/thresholds/threshold.ts";
import { readText } from "../../project/read-text.ts";
import { parseTraffic } from "../../traffic/parse-traffic.ts";
import type { Input } from "../command.ts";
import type { Context } from "../context.ts";
import { LoadProgress } from "../output/load-progress.ts";
import { formatLoadReport } from "../output/load-report.ts";
import { wholeNumber } from "../watch.ts";
import { journeysFrom } from "./load/journey.ts";
import {
  arrivalsFrom,
  describeArrivals,
  mergeWishes,
  scaleFrom,
  threadsFrom,
  thresholdsFrom,
  wishFrom,
} from "./load/options.ts";
import { allowedTarget, urlFor } from "./load/target.ts";

const DEFAULT_CONNECTIONS = 2_000;
const DEFAULT_TIMEOUT = 10_000;

async function readTrace(context: Context, name: string | undefined): Promise<Profile | null> {
  if (name === undefined) return null;
  const text = await readText(resolve(context.options.directory, name), name);
  if (text === null) throw new Fault("TF_SCENARIO", `the trace ${name} does not exist`);
  const parsed = parseTraffic(text);
  if (parsed.ok) return parsed.value.stretches;
  throw new Fault("TF_SCENARIO", `the trace ${name} is not understood`, {
    lines: parsed.problems.map(({ path, message }) => `${path}: ${message}`),
    hint: "a trace is a CSV: a line second,rps, then rows such as 0,50",
  });
}

async function write(context: Context, name: string, text: string): Promise<void> {
  const path = resolve(context.options.directory, name);
  try {
    await writeFile(path, text);
  } catch (error) {
    throw systemFault(error, path);
  }
}

/** Runs the plan; the first Ctrl-C ends it early and its figures are shown, the second gives up what is in flight. */
async function run(context: Context, plan: Omit<LoadPlan, "share">, threads: number): ReturnType<typeof runThreads> {
  const { terminal, paint, interrupts, options } = context;
  const progress = new LoadProgress(terminal, paint, secondsOf(plan.arrivals));
  const stop = interrupts.next();
  const hurry = new AbortController();
  stop.addEventListener(
    "abort",
    () => interrupts.next().addEventListener("abort", () => hurry.abort(), { once: true }),
    { once: true },
  );
  try {
    return await runThreads(plan, threads, {
      signal: stop,
      hurry: hurry.signal,
      onSnapshot: (snapshot) => options.quiet || progress.show(snapshot),
    });
  } finally {
    progress.close();
  }
}

async function readScenario(context: Context, input: Input): Promise<Scenario | null> {
  const name = input.text("scenario");
  return name === null ? null : loadScenario(name, context.options.directory, process.env);
}

async function show(context: Context, input: Input, report: LoadReport): Promise<void> {
  const { terminal, options, paint } = context;
  const html = input.text("html");
  if (html !== null) await write(context, html, renderHtml(report));
  if (options.json) terminal.out(`${JSON.stringify(report)}\n`);
  else terminal.out(formatLoadReport(report, paint));
  if (html !== null && !options.quiet) terminal.err(`${paint("✓", "green")} wrote ${html}\n`);
}

/** What was asked for, understood and allowed. */
interface Asked {
  readonly plan: Omit<LoadPlan, "share">;
  readonly url: URL;
  readonly thresholds: readonly Threshold[];
  readonly mostConnections: number;
}

async function understand(context: Context, input: Input): Promise<Asked> {
  const file = await readScenario(context, input);
  const wish = mergeWishes(file?.load ?? {}, wishFrom(input));
  const texts = input.all("threshold");
  const thresholds = thresholdsFrom(texts.length > 0 ? texts : (file?.thresholds ?? []));
  const arrivals = arrivalsFrom(wish, await readTrace(context, wish.trace), scaleFrom(input));
  const large = beyondLimits(arrivals);
  if (large.length > 0 && !input.has("beyond-limits"))
    throw new Fault("TF_LOAD_LIMIT", `this is much: ${large.join("; ")}`, {
      hint: "--beyond-limits does it nevertheless",
    });
  const url = await urlFor(context, input.words[0] ?? file?.url ?? null);
  const { target, isOwn } = await allowedTarget(url, input.text("allow-host"));
  const journeys = file?.journeys ?? journeysFrom(input, url);
  const mostConnections = wish.maxConnections ?? DEFAULT_CONNECTIONS;
  const sender = {
    connections: wish.connections ?? "keep-alive",
    mostConnections,
    timeoutMs: wish.timeout ?? DEFAULT_TIMEOUT,
    retriesClosed: input.has("retry-closed"),
    isStrict: !isOwn && !input.has("insecure"),
  };
  const environment = Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const seed = wholeNumber(input.text("seed") ?? "1", "--seed", 0);
  const plan = { target, journeys, arrivals, sender, seed, environment: Object.fromEntries(environment) };
  return { plan, url, thresholds, mostConnections };
}

/** Loads a URL or the fleet. Gives the exit code. Faults: TF_ARGUMENT, TF_SCENARIO, TF_LOAD_HOST, TF_LOAD_LIMIT, TF_NOT_RUNNING. */
export async function runLoadCommand(context: Context, input: Input): Promise<number> {
  const { terminal, options, paint } = context;
  const { plan, url, thresholds, mostConnections } = await understand(context, input);
  const { arrivals } = plan;
  const script = input.text("export-k6");
  if (script !== null) {
    await write(context, script, exportK6({ plan, url, thresholds }));
    if (!options.quiet) terminal.err(`${paint("✓", "green")} wrote ${script}; next: k6 run ${script}\n`);
    return EXIT_CODES.done;
  }
  const threads = threadsFrom(input, arrivals.kind === "open" ? peakOf(arrivals.profile) : 0, availableParallelism());
  const summary = `${url.origin}: ${describeArrivals(arrivals)}`;
  if (options.dryRun) {
    terminal.out(options.json ? `${JSON.stringify({ version: 1, steps: [summary] })}\n` : `${summary}\n`);
    return EXIT_CODES.done;
  }
  if (!options.quiet && !options.json) terminal.err(`${paint("·", "dim")} ${summary}\n`);
  const result = await run(context, plan, threads);
  const scenario = input.text("scenario");
  const report = buildReport({ plan, result, thresholds, url: url.href, scenario, mostConnections });
  await show(context, input, report);
  return report.passed ? EXIT_CODES.done : EXIT_CODES.failed;
}
