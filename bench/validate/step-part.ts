import { setTimeout as sleep } from "node:timers/promises";
import { leastServers } from "../../packages/tenfold/src/fleet/erlang.ts";
import type { LoadReport } from "../../packages/tenfold/src/load/report/report.ts";
import { createProject } from "../../tests/harness/project.ts";
import { median } from "../fleet/measure.ts";
import { fleetFile, WAITING } from "./application.ts";
import { changesIn, readJournal, timesBetween } from "./journal.ts";
import { TRUTH } from "./learn.ts";
import { table } from "./page.ts";
import { BOUNDS, TARGET, WARM_UP_MS } from "./replay.ts";

/** Requests a second. */
const BEFORE = 8;
const AFTER = 4 * BEFORE;
/** Seconds: so long before the step and after it. */
const CALM = 60;
const HELD = 75;
/** Seconds. */
const DECIDED_WITHIN = 10;
/** What keeps the limit of the file, by queueing theory: `scale.late` is 5 % where it is not written. */
const ENOUGH = leastServers((AFTER * TRUTH.SERVICE) / 1000, { limit: TARGET, service: TRUTH.SERVICE, late: 0.05 });

/** A fleet that met the step. Seconds since the step. */
interface Met {
  readonly first: number;
  /** When enough were decided on, and when so many served. */
  readonly decided: number;
  readonly ready: number;
  readonly boot: number;
  readonly before: number;
  readonly settled: number;
  readonly failed: number;
  readonly requests: number;
}

export interface Stepped {
  readonly name: "step";
  readonly met: readonly Met[];
}

async function meet(port: number, seed: number): Promise<Met> {
  const instances = `{ min: ${BOUNDS.min}, max: ${BOUNDS.max} }`;
  const file = fleetFile({ port, instances, env: TRUTH, concurrency: 1, target: TARGET });
  const rates = Array.from({ length: CALM + HELD }, (_, at) => `${at},${at < CALM ? BEFORE : AFTER}`);
  const trace = `second,rps\n${rates.join("\n")}\n`;
  await using project = await createProject({
    files: { "server.mjs": WAITING, "tenfold.yaml": file, "trace.csv": trace },
  });
  await project.up();
  await project.healthy();
  await sleep(WARM_UP_MS);
  const words = ["load", "--trace", "trace.csv", "--poisson", "--seed", `${seed}`, "--timeout", "60s", "--json"];
  const report = JSON.parse((await project.tenfold(...words)).stdout) as LoadReport;
  const journal = readJournal(project.path(".tenfold/journal.jsonl"));
  const step = Date.parse(report.startedAt) + 1000 * CALM;
  const changes = changesIn(journal, step);
  const later = changes.filter(({ second }) => second >= 0);
  const [first] = later;
  const settled = changes.at(-1)?.to ?? BOUNDS.min;
  if (first === undefined) throw new Error("the step was not noticed");
  const ready = journal.filter(
    ({ kind, subject, event, at }) => kind === "member" && subject.startsWith("web-") && event === "ready" && at > step,
  );
  const arrival = ready[Math.max(0, ENOUGH - first.from - 1)];
  return {
    first: first.second,
    decided: later.find(({ to }) => to >= ENOUGH)?.second ?? Number.NaN,
    ready: arrival === undefined ? Number.NaN : (arrival.at - step) / 1000,
    boot: median(timesBetween(journal, "starting", "ready")),
    before: first.from,
    settled,
    failed: report.failures,
    requests: report.requests,
  };
}

/** Fleets one beside the other, since they wait and hardly compute. */
export async function stepPart(runs: number, port: number): Promise<Stepped[]> {
  console.error(`· ${BEFORE} to ${AFTER} requests a second, ${runs} fleets`);
  const met = await Promise.all(Array.from({ length: runs }, (_, run) => meet(port + 10 * run, run + 1)));
  return [{ name: "step", met }];
}

/** The part of the page. */
export function stepText(all: readonly Stepped[], machine: string): string {
  const met = all.flatMap((one) => one.met);
  const spread = (of: (one: Met) => number): string => {
    const values = met.map(of);
    return `${median(values).toFixed(1)} s (${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)})`;
  };
  const numbers = (of: (one: Met) => number): string => [...new Set(met.map(of))].sort((a, b) => a - b).join(" or ");
  const verdict = (isMet: boolean): string => (isMet ? "" : " ✗");
  const sum = (of: (one: Met) => number): number => met.reduce((total, one) => total + of(one), 0);
  const boot = median(met.map((one) => one.boot));
  const decided = median(met.map((one) => one.decided));
  const ready = median(met.map((one) => one.ready));
  const failed = sum((one) => one.failed);
  return `## A step, met by real fleets

\`npm run bench -- validate --only=step\`: ${BEFORE} requests a second for ${CALM} s, then ${AFTER}, on ${met.length} fleets of ${BOUNDS.min} to ${BOUNDS.max} instances as above.
Seconds since the step. ${ENOUGH} are enough: with fewer, more than 5 % of the requests would take longer than ${TARGET} ms by Erlang's
formula. The fleets went from ${numbers((one) => one.before)} instances to ${numbers((one) => one.settled)}, which has room for what may come.

${machine}.

${table(
  ["what", "median (all)", "target"],
  [
    ["first decision", spread((one) => one.first), ""],
    [
      "enough were decided on",
      spread((one) => one.decided),
      `≤ ${DECIDED_WITHIN} s${verdict(decided <= DECIDED_WITHIN)}`,
    ],
    [
      "enough served",
      spread((one) => one.ready),
      `≤ boot + 10 s = ${(boot + 10).toFixed(1)} s${verdict(ready <= boot + 10)}`,
    ],
    ["failed requests", `${failed} of ${sum((one) => one.requests)}`, `0${verdict(failed === 0)}`],
  ],
)}
`;
}
