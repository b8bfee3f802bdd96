import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import { EXIT_CODES } from "../../fault/catalogue.ts";
import { Fault } from "../../fault/fault.ts";
import { type Profile, peakOf } from "../../load/arrivals/profile.ts";
import { exportK6, type K6Script } from "../../load/export/k6.ts";
import { type HttpTarget, reachableTarget } from "../../load/http/target.ts";
import { loadScenario } from "../../load/read/scenario-file.ts";
import { buildReport } from "../../load/report/build.ts";
import { renderHtml } from "../../load/report/html.ts";
import type { LoadReport } from "../../load/report/report.ts";
import { beyondLimits } from "../../load/run/limits.ts";
import { type LoadPlan, secondsOf } from "../../load/run/plan.ts";
import { namesIn } from "../../load/scenario/intended.ts";
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
import { checkAmount, checkOutputs, checkRequestOptions } from "./load/conflicts.ts";
import { journeysFrom, withTypedHeaders } from "./load/journey.ts";
import {
  arrivalsFrom,
  checkThresholds,
  describeArrivals,
  mergeWishes,
  scaleFrom,
  threadsFrom,
  thresholdsFrom,
  wishFrom,
} from "./load/options.ts";
import { allowedTarget, urlFor } from "./load/target.ts";
import { checkOutput, writeOutput } from "./output-file.ts";

const DEFAULT_CONNECTIONS = 2_000;
const DEFAULT_TIMEOUT = 10_000;

/** A trace that a scenario names lies beside it, one that is typed in the directory of the command. */
async function readTrace({ options }: Context, input: Input, name: string | undefined): Promise<Profile | null> {
  if (name === undefined) return null;
  const scenario = input.text("trace") === null ? input.text("scenario") : null;
  const directory = scenario === null ? options.directory : dirname(resolve(options.directory, scenario));
  const text = await readText(resolve(directory, name), name);
  if (text === null) throw new Fault("TF_SCENARIO", `the trace ${name} does not exist`);
  const parsed = parseTraffic(text);
  if (parsed.ok) return parsed.value.stretches;
  throw new Fault("TF_SCENARIO", `the trace ${name} is not understood`, {
    lines: parsed.problems.map(({ path, message }) => `${path}: ${message}`),
    hint: "a trace is a CSV: a line second,rps, then rows such as 0,50",
  });
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

/** The figures first: what becomes of a file must not take them away. */
async function show({ terminal, options, paint }: Context, html: string | null, report: LoadReport): Promise<void> {
  if (options.json) terminal.out(`${JSON.stringify(report)}\n`);
  else terminal.out(formatLoadReport(report, paint));
  if (html === null) return;
  await writeOutput(resolve(options.directory, html), renderHtml(report));
  if (!options.quiet) terminal.err(`${paint("✓", "green")} wrote ${html}\n`);
}

/** What was asked for, understood and allowed. */
interface Asked {
  readonly plan: Omit<LoadPlan, "share">;
  /** Further addresses of the plan's target. */
  readonly others: readonly HttpTarget[];
  readonly url: URL;
  readonly thresholds: readonly Threshold[];
  readonly mostConnections: number;
}

async function understand(context: Context, input: Input): Promise<Asked> {
  checkOutputs(input);
  for (const option of ["html", "export-k6"]) {
    const name = input.text(option);
    if (name !== null) await checkOutput(resolve(context.options.directory, name));
  }
  const file = await readScenario(context, input);
  const wish = mergeWishes(file?.load ?? {}, wishFrom(input));
  const texts = input.all("threshold");
  const thresholds = thresholdsFrom(texts.length > 0 ? texts : (file?.thresholds ?? []));
  const trace = await readTrace(context, input, wish.trace);
  const arrivals = arrivalsFrom(wish, trace, scaleFrom(input));
  checkAmount(input, { wish, trace, arrivals });
  const large = beyondLimits(arrivals);
  if (large.length > 0 && !input.has("beyond-limits"))
    throw new Fault("TF_LOAD_LIMIT", `this is much: ${large.join("; ")}`, {
      hint: "--beyond-limits does it nevertheless",
    });
  const url = await urlFor(context, input.words[0] ?? file?.url ?? null);
  checkRequestOptions(input, url);
  const { target, others, isOwn } = await allowedTarget(url, input.text("allow-host"));
  const journeys = file === null ? journeysFrom(input, url) : withTypedHeaders(file.journeys, input);
  checkThresholds(thresholds, { names: namesIn(journeys), isOpen: arrivals.kind === "open" });
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
  return { plan, others, url, thresholds, mostConnections };
}

/** Says also what of the load the script is not. */
async function exportScript({ terminal, options, paint }: Context, file: string, script: K6Script): Promise<number> {
  await writeOutput(resolve(options.directory, file), script.text);
  if (options.json) terminal.out(`${JSON.stringify({ version: 1, file, differences: script.differences })}\n`);
  else {
    for (const difference of script.differences) terminal.err(`${paint("!", "yellow")} not the same: ${difference}\n`);
    if (!options.quiet) terminal.err(`${paint("✓", "green")} wrote ${file}; next: k6 run ${file}\n`);
  }
  return EXIT_CODES.done;
}

/** Loads a URL or the fleet. Gives the exit code. Faults: TF_ARGUMENT, TF_SCENARIO, TF_LOAD_HOST, TF_LOAD_LIMIT, TF_NOT_RUNNING, TF_NOT_WRITABLE, TF_DISK_FULL. */
export async function runLoadCommand(context: Context, input: Input): Promise<number> {
  const { terminal, options, paint } = context;
  const { plan, others, url, thresholds, mostConnections } = await understand(context, input);
  const { arrivals } = plan;
  const script = input.text("export-k6");
  if (script !== null) return exportScript(context, script, exportK6({ plan, url, thresholds }));
  const threads = threadsFrom(input, arrivals.kind === "open" ? peakOf(arrivals.profile) : 0, availableParallelism());
  const summary = `${url.origin}: ${describeArrivals(arrivals)}`;
  if (options.dryRun) {
    terminal.out(options.json ? `${JSON.stringify({ version: 1, steps: [summary] })}\n` : `${summary}\n`);
    return EXIT_CODES.done;
  }
  if (!options.quiet && !options.json) terminal.err(`${paint("·", "dim")} ${summary}\n`);
  const target = await reachableTarget([plan.target, ...others]);
  const result = await run(context, { ...plan, target }, threads);
  const scenario = input.text("scenario");
  const report = buildReport({ plan, result, thresholds, url: url.href, scenario, mostConnections });
  await show(context, input.text("html"), report);
  return report.passed ? EXIT_CODES.done : EXIT_CODES.failed;
}
