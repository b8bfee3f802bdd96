import { cpus, loadavg, totalmem } from "node:os";
import { extname, resolve } from "node:path";
import { DRILLS } from "../../drill/catalogue/catalogue.ts";
import { drillsNamed, lacks, randomDrills } from "../../drill/catalogue/choose.ts";
import { type Drill, describeAct } from "../../drill/catalogue/drill.ts";
import type { Transaction } from "../../drill/check/append/history.ts";
import { type HistoryFormat, toHistoryText } from "../../drill/report/export.ts";
import { renderPage } from "../../drill/report/page.ts";
import type { DrillMachine, DrillReport } from "../../drill/report/report.ts";
import { lookForVisitors, reasonsForCaution } from "../../drill/run/caution.ts";
import { type FleetLoad, planLoad, removeKeys } from "../../drill/run/fleet-load.ts";
import { TIMES } from "../../drill/run/run-drill.ts";
import { runSequence } from "../../drill/run/sequence.ts";
import { dropTables } from "../../drill/work/tables.ts";
import { EXIT_CODES } from "../../fault/catalogue.ts";
import { Fault } from "../../fault/fault.ts";
import { seededRandom } from "../../load/arrivals/random.ts";
import type { Context } from "../context.ts";
import { formatDrill, formatDrills } from "../output/drill-report.ts";
import { formatTable } from "../output/table.ts";
import { tellNotes } from "../watch.ts";
import { DrillOrders } from "./drill-orders.ts";
import { writeOutput } from "./output-file.ts";

export interface DrillWishes {
  readonly names: readonly string[];
  /** `null`: those that are named, or all when none is. */
  readonly random: number | null;
  readonly seed: number;
  /** Requests a second. */
  readonly rate: number;
  readonly path: string;
  readonly html: string | null;
  readonly export: string | null;
}

/** Shows every drill. */
export function listDrills({ terminal, options }: Context): number {
  if (options.json) terminal.out(`${JSON.stringify({ version: 1, drills: DRILLS })}\n`);
  else {
    const columns = ["DRILL", "WHAT IS DONE"].map((heading) => ({ heading, align: "left" as const }));
    terminal.out(
      formatTable(
        columns,
        DRILLS.map(({ name, summary }) => [name, summary]),
      ),
    );
  }
  return EXIT_CODES.done;
}

interface Chosen {
  readonly drills: readonly Drill[];
  readonly skipped: DrillReport["skipped"];
}

/** Faults: TF_ARGUMENT, and TF_NOT_CONFIGURED for one that was named and that the fleet cannot do. */
function chooseDrills({ names, random, seed }: DrillWishes, members: Parameters<typeof lacks>[1]): Chosen {
  if (random !== null) return { drills: randomDrills(random, members, seededRandom(seed)), skipped: [] };
  if (names.length > 0) {
    const drills = drillsNamed(names);
    for (const drill of drills) {
      const why = lacks(drill, members);
      if (why !== null) throw new Fault("TF_NOT_CONFIGURED", `the drill ${drill.name} is not possible: ${why}`);
    }
    return { drills, skipped: [] };
  }
  const verdicts = DRILLS.map((drill) => ({ drill, why: lacks(drill, members) }));
  return {
    drills: verdicts.flatMap(({ drill, why }) => (why === null ? [drill] : [])),
    skipped: verdicts.flatMap(({ drill, why }) => (why === null ? [] : [{ name: drill.name, why }])),
  };
}

function machine(): DrillMachine {
  const [first] = cpus();
  return {
    cores: cpus().length,
    memoryBytes: totalmem(),
    processor: first?.model.trim() || process.arch,
    load: loadavg()[0] ?? 0,
  };
}

function historyFormat(file: string): HistoryFormat {
  const format = extname(file).slice(1);
  if (format === "edn" || format === "json") return format;
  throw new Fault("TF_ARGUMENT", `--export is ${JSON.stringify(file)}`, { hint: "end the name with .edn or .json" });
}

/** `history.edn`; of several drills `history-2-web-killed.edn`. */
function exportPath(file: string, drills: readonly Drill[], at: number): string {
  const end = extname(file);
  return drills.length === 1 ? file : `${file.slice(0, -end.length)}-${at + 1}-${drills[at]?.name}${end}`;
}

async function cleanUp({ plan }: FleetLoad): Promise<void> {
  if (plan.postgres !== null) await dropTables(plan.postgres.url);
  if (plan.redis !== null) await removeKeys(plan.redis);
}

/** Runs drills on the fleet and tells what came of them. Gives the exit code: 1 when a promise was broken. */
export async function drillFleet(context: Context, wishes: DrillWishes): Promise<number> {
  const { target, options, terminal, paint } = context;
  const format = wishes.export === null ? null : historyFormat(wishes.export);
  const fleet = await lookForVisitors(() => target.ps());
  const spec = await target.spec();
  tellNotes(context);
  const load = planLoad(fleet, spec, await target.environment(null), wishes);
  const { drills, skipped } = chooseDrills(wishes, fleet.members);
  if (options.dryRun) {
    const steps = drills.flatMap(({ name, acts }) => acts.map((act) => `${name}: ${describeAct(act)}`));
    terminal.out(options.json ? `${JSON.stringify({ version: 1, steps })}\n` : `${steps.join("\n")}\n`);
    return EXIT_CODES.done;
  }
  const reasons = reasonsForCaution(spec, fleet, options.envName);
  if (
    reasons.length > 0 &&
    !(await context.confirm(`Break things in the fleet ${fleet.fleet}, although ${reasons.join(", and ")}?`))
  ) {
    terminal.err("nothing was broken\n");
    return EXIT_CODES.failed;
  }
  using _ = target.breaker.reserve();
  const say = (text: string): void => {
    if (!options.quiet) terminal.err(`${text}\n`);
  };
  say(`${paint("·", "dim")} seed ${wishes.seed}`);
  for (const note of load.notes) say(`${paint("·", "dim")} ${note}`);
  for (const { name, why } of skipped) say(`${paint("·", "dim")} ${name} is left out: ${why}`);
  const stop = new AbortController();
  context.interrupts
    .next()
    .addEventListener("abort", () => stop.abort(new Fault("TF_CANCELLED", "the drill was stopped")), { once: true });
  const place = machine();
  const histories: (readonly Transaction[])[] = [];
  const orders = new DrillOrders(context, fleet);
  try {
    const { results, stoppedBy } = await runSequence(drills, {
      target,
      order: (order, signal) => orders.give(order, signal),
      plan: load.plan,
      directUrl: load.directUrl,
      random: seededRandom(wishes.seed),
      times: TIMES,
      signal: stop.signal,
      onStart: ({ name, summary }, at) => say(`${paint(`${at + 1}/${drills.length}`, "dim")} ${name}: ${summary}`),
      onTell: (text) => say(`${paint("    ·", "dim")} ${text}`),
      onEnd: ({ result, evidence }) => {
        // Long sequences keep no more than they need.
        if (format !== null) histories.push(evidence.postgres?.history ?? []);
        if (!options.json) terminal.out(formatDrill(result, paint));
      },
    });
    const left = await orders.takeBack().then(
      () => [],
      (error: unknown) => [`the fleet is not as it was before: ${error instanceof Error ? error.message : error}`],
    );
    const report: DrillReport = {
      version: 1,
      fleet: fleet.fleet,
      seed: wishes.seed,
      machine: place,
      kept: stoppedBy === null && left.length === 0 && results.every(({ kept }) => kept),
      drills: results,
      skipped,
      notes: [
        ...load.notes,
        ...(stoppedBy === null ? [] : [`${drills.length - results.length} drills were not run: ${stoppedBy}`]),
        ...left,
      ],
    };
    if (options.json) terminal.out(`${JSON.stringify(report)}\n`);
    else if (results.length > 1) terminal.out(formatDrills(results, paint));
    for (const note of report.notes.slice(load.notes.length)) say(`${paint("✗", "red")} ${note}`);
    if (wishes.html !== null) await writeOutput(resolve(wishes.html), renderPage(report));
    for (const [at, history] of histories.entries())
      if (wishes.export !== null && format !== null)
        await writeOutput(resolve(exportPath(wishes.export, drills, at)), toHistoryText(history, format));
    return report.kept ? EXIT_CODES.done : EXIT_CODES.failed;
  } finally {
    target.breaker.thaw();
    await orders.takeBack().catch(() => {});
    await cleanUp(load);
  }
}
