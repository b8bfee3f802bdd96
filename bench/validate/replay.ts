import { setTimeout as sleep } from "node:timers/promises";
import type { LoadReport } from "../../packages/tenfold/src/load/report/report.ts";
import { createProject } from "../../tests/harness/project.ts";
import { fleetFile, WAITING } from "./application.ts";
import { changesIn, instanceSeconds, readJournal } from "./journal.ts";
import { TRUTH } from "./learn.ts";
import type { ReplayTrace } from "./traces.ts";

export const BOUNDS = { min: 2, max: 12 } as const;
/** Milliseconds. */
export const TARGET = 600;
/** What instances did before they were ready for so long is their boot, for the autoscaler. */
export const WARM_UP_MS = 21_000;

/** How many instances there were to be from a moment on. */
export interface Level {
  readonly second: number;
  readonly count: number;
}

/** What came of a trace, really or by the simulator. */
export interface Outcome {
  readonly hours: number;
  /** Milliseconds. */
  readonly p95: number;
  readonly p99: number;
  readonly violationSeconds: number;
  readonly levels: readonly Level[];
}

/** A fleet of its own, its autoscaler left alone, under the replayed trace. */
export async function replay(trace: ReplayTrace, port: number, seed: number): Promise<Outcome> {
  const instances = `{ min: ${BOUNDS.min}, max: ${BOUNDS.max} }`;
  const file = fleetFile({ port, instances, env: TRUTH, concurrency: 1, target: TARGET });
  const files = { "server.mjs": WAITING, "tenfold.yaml": file, "trace.csv": trace.csv };
  await using project = await createProject({ files });
  await project.up();
  await project.healthy();
  await sleep(WARM_UP_MS);
  const words = ["load", "--trace", "trace.csv", "--poisson", "--seed", `${seed}`, "--timeout", "60s", "--json"];
  const report = JSON.parse((await project.tenfold(...words)).stdout) as LoadReport;
  const limits = report.generator.limits;
  if (report.failures > 0 || limits.length > 0)
    console.error(`  ${report.failures} of ${report.requests} requests failed; ${limits.join("; ")}`);
  const from = Date.parse(report.startedAt);
  const to = from + 1000 * secondsOf(trace);
  const journal = readJournal(project.path(".tenfold/journal.jsonl"));
  const { buckets, seconds } = report.timeline;
  return {
    hours: instanceSeconds(journal, from, to) / 3600,
    p95: report.latency.p95,
    p99: report.latency.p99,
    violationSeconds: seconds * buckets.filter(({ p95, failures }) => p95 > TARGET || failures > 0).length,
    levels: changesIn(journal, from).map(({ second, to: count }) => ({ second, count })),
  };
}

export function secondsOf({ csv }: ReplayTrace): number {
  return csv.trimEnd().split("\n").length - 1;
}
