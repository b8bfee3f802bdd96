import type { Score } from "../../packages/tenfold/src/simulate/score.ts";
import type { Front } from "./front.ts";
import type { Huge } from "./huge.ts";

/** One table: traces down, policies across. */
export interface Section {
  readonly kind: "web" | "workers";
  readonly use: "tuning" | "held-out";
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Cost, violations in percent, reversals a day. */
export function cell(score: Score | undefined): string {
  if (score === undefined) return "";
  const { ratio, violationPercent, reversalsPerDay } = score;
  return `${ratio.toFixed(2)} · ${violationPercent.toFixed(3)} · ${reversalsPerDay.toFixed(1)}`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

const TITLES = {
  web: { tuning: "Web, traces used for tuning", "held-out": "Web, traces held out" },
  workers: { tuning: "Workers, traces used for tuning", "held-out": "Workers, traces held out" },
} as const;

export interface Results {
  readonly sections: readonly Section[];
  readonly parts: readonly (readonly string[])[];
  readonly fronts: Front;
  readonly huge: Huge;
}

export function page({ sections, parts, fronts, huge }: Results): string {
  const tables = sections.map(
    ({ kind, use, heads, rows }) => `## ${TITLES[kind][use]}\n\n${table(["trace", ...heads], rows)}`,
  );
  return `# Benchmarks of scaling

\`npm run bench -- scale\`: policies on made traces, in \`tenfold simulate\`: web instances in its fluid engine, jobs one by
one. Each cell is **instance-hours ÷ clairvoyant optimum · percent of the seconds in violation (workers: of the jobs
late) · reversals a day**. A second is in violation when more than 5 % of its requests take longer than 250 ms or are
refused. Requests take 20 ms in one thread, boots 45 s, and at least 2 instances run; jobs take 2 s and vary as much,
workers boot in 15 s, and a job is late after 30 s. A reversal is a change of direction within ten minutes. Traces and
optimum are explained in [the guide](guides/simulation.md); why the policy is as it is, in
[decisions/scaling.md](decisions/scaling.md).

The other policies are models of ours, built from their sources and manuals. Constants were chosen on the tuning traces
only.

${tables.join("\n\n")}

## What the price is paid for

Step by step from somebody who knows the future to Tenfold (\`cheap\`). First: knows all, but changes direction at most once
in ten minutes. Second: grows with Tenfold's own forecasts and their margin, which a boot takes to follow; only when to
fall is foreseen. Last: Tenfold, which does not know the next ten minutes either.

${table(["trace", "future known, no flapping", "falls foreseen", "tenfold cheap"], parts)}

## From cheap to safe

Tenfold's policy with other settings: the share of the forecasts that its margin covers, and how busy instances may be.
A short boot is worth as much.

${table(fronts.heads, fronts.rows)}

## A large fleet

One simulated day of ${huge.requestsPerSecond.toLocaleString("en")} requests a second at its height, on up to ${huge.instances.toLocaleString("en")} instances:
${huge.seconds.toFixed(1)} s on one core of a machine that was busy with other work.
`;
}
