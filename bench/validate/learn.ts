import type { LoadReport } from "../../packages/tenfold/src/load/report/report.ts";
import { createProject } from "../../tests/harness/project.ts";
import { median } from "../fleet/measure.ts";
import { fleetFile, WAITING } from "./application.ts";
import { readJournal, timesBetween } from "./journal.ts";

/** What the simulator is told, as a user would measure it. Milliseconds, and the coefficient of variation. */
export interface Learned {
  readonly service: number;
  readonly variation: number;
  readonly boot: number;
  readonly drain: number;
}

/** What the application is made to do. The simulator is not told. */
export const TRUTH = { SERVICE: 100, VARIATION: 0.5, BOOT: 8000 } as const;

const INSTANCES = 4;
/** Of the normal distribution: its 95th percentile, in deviations. */
const P95 = 1.645;

/** Of lognormal times, by their median and 95th percentile. */
export function variationOf(p50: number, p95: number): number {
  return Math.sqrt(Math.exp((Math.log(p95 / p50) / P95) ** 2) - 1);
}

/**
 * As many visitors as there are instances, so that nobody waits: what a request takes then is its service. Then three
 * more instances, which are taken away again: their boots, and their ends.
 */
export async function learn(port: number, seconds: number): Promise<Learned> {
  const file = fleetFile({ port, instances: `${INSTANCES}`, env: TRUTH, concurrency: 1 });
  await using project = await createProject({ files: { "server.mjs": WAITING, "tenfold.yaml": file } });
  await project.up();
  await project.healthy();
  const words = ["load", "--visitors", `${INSTANCES}`, "--duration", `${seconds}s`, "--json"];
  const { latency } = JSON.parse((await project.tenfold(...words)).stdout) as LoadReport;
  await project.tenfold("scale", `${INSTANCES + 3}`);
  await project.tenfold("scale", `${INSTANCES}`);
  const journal = readJournal(project.path(".tenfold/journal.jsonl"));
  return {
    service: latency.mean,
    variation: variationOf(latency.p50, latency.p95),
    boot: 1000 * median(timesBetween(journal, "starting", "ready")),
    drain: 1000 * median(timesBetween(journal, "draining", "stopped")),
  };
}
