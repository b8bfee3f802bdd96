import type { LoadReport } from "../../packages/tenfold/src/load/report/report.ts";
import type { Project } from "../../tests/harness/project.ts";

/** What a rate has to keep to, as in `tenfold plan --measure`: p95 in milliseconds, errors, and the share that is answered. */
export interface Held {
  readonly rate: number;
  readonly p95: number;
  readonly holds: boolean;
}

const ERRORS = 0.001;
const ACHIEVED = 0.98;

/** Whether a fleet holds a rate of independent visitors for so many seconds, by `tenfold load` alone. */
export async function hold(
  project: Project,
  { rate, seconds, limit, seed }: { rate: number; seconds: number; limit: number; seed: number },
): Promise<Held> {
  const words = `load --rate ${rate} --poisson --duration ${seconds}s --seed ${seed} --json --timeout 5s`;
  const finished = await project.run(words.split(" "));
  const report = JSON.parse(finished.stdout) as LoadReport;
  if (report.outcomes === undefined) throw new Error(`tenfold ${words}: ${finished.stdout}${finished.stderr}`);
  const taken = Math.max(seconds, report.seconds - limit / 1000);
  const answered = report.outcomes.ok / taken / (report.requests / seconds);
  const holds = report.latency.p95 <= limit && report.errorRate <= ERRORS && answered >= ACHIEVED;
  return { rate, p95: report.latency.p95, holds };
}

export interface BreakOptions {
  readonly limit: number;
  readonly seconds: number;
  /** Where to begin: what was predicted. */
  readonly near: number;
  /** Share by which the rate goes up or down. */
  readonly step: number;
  /** Runs at a rate, most of which have to hold. */
  readonly repeats: number;
}

/**
 * The rate at which a fleet breaks its limit: steps from the predicted one up while it holds, or down while it does not.
 * Gives the highest that held and the lowest that did not, which lie a step apart.
 */
export async function findBreak(
  project: Project,
  { limit, seconds, near, step, repeats }: BreakOptions,
): Promise<{ readonly held: number; readonly broke: number }> {
  let seed = 100;
  const holds = async (rate: number): Promise<boolean> => {
    let passed = 0;
    for (let run = 0; run < repeats; run += 1) {
      seed += 1;
      const { p95, holds } = await hold(project, { rate, seconds, limit, seed });
      console.error(`    ${rate.toFixed(1)}/s: p95 ${p95.toFixed(0)} ms${holds ? "" : ", broken"}`);
      if (holds) passed += 1;
      const left = repeats - run - 1;
      if (passed > repeats / 2 || passed + left <= repeats / 2) break;
    }
    return passed > repeats / 2;
  };
  let rate = near;
  const up = await holds(rate);
  for (;;) {
    const next = rate * (up ? 1 + step : 1 / (1 + step));
    if ((await holds(next)) !== up) return up ? { held: rate, broke: next } : { held: next, broke: rate };
    rate = next;
  }
}
