import type { DrillMachine } from "../../packages/tenfold/src/drill/report/report.ts";
import type { DrillResult } from "../../packages/tenfold/src/drill/report/result.ts";
import { formatTime } from "../../packages/tenfold/src/drill/report/words.ts";
import { quantile } from "../../packages/tenfold/src/units/quantile.ts";
import { tableOf } from "../../scripts/generate/page.ts";

/** What the design aims at, by drill. */
const TARGETS: Readonly<Record<string, string>> = {
  "postgres-primary-killed": "writes stop ≤ 300 ms (p95)",
  "postgres-primary-frozen": "writes stop ≤ 2 s (p95)",
  "redis-master-killed": "≤ 500 ms",
  "redis-master-frozen": "≤ 2 s",
  "failover-postgres": "≤ 1 s, 0 failed",
  "failover-redis": "≤ 1 s, 0 failed",
};

function sum(results: readonly DrillResult[], of: (result: DrillResult) => number): number {
  return results.reduce((total, result) => total + of(result), 0);
}

/** `p50 / p95 / most`, of those that have a value. */
function spread(values: readonly (number | null)[]): string {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (sorted.length === 0) return "–";
  const shown = sorted.length === 1 ? [0.5] : [0.5, 0.95, 1];
  return shown.map((share) => formatTime(quantile(sorted, share))).join(" / ");
}

function row(name: string, results: readonly DrillResult[]): string[] {
  const kept = results.filter((result) => result.kept).length;
  const isRedis = /redis|master/.test(name);
  const outage = results.map(({ postgres, redis }) => (isRedis ? redis?.commandOutage : postgres?.writeOutage) ?? null);
  return [
    name,
    `${kept} of ${results.length}`,
    spread(outage),
    TARGETS[name] ?? "",
    spread(results.map(({ timeToDetect }) => timeToDetect)),
    spread(results.map(({ timeToWhole }) => timeToWhole)),
    `${sum(results, ({ requests }) => requests.failed)} of ${sum(results, ({ requests }) => requests.sent)}`,
    `${sum(results, ({ postgres }) => postgres?.writes.lost ?? 0)} of ${sum(results, ({ postgres }) => postgres?.writes.acknowledged ?? 0)}`,
    `${sum(results, ({ postgres }) => (postgres?.anomalies.length ?? 0) + (postgres?.bank.wrong ?? 0))}`,
    `${sum(results, ({ redis }) => redis?.sessions.lostSteps ?? 0)} of ${sum(results, ({ redis }) => redis?.commands.ok ?? 0)}`,
    `${sum(results, ({ redis }) => redis?.jobs.lost ?? 0)} / ${sum(results, ({ redis }) => redis?.jobs.doneTwice ?? 0)}`,
  ];
}

/** Figures of many drills, in Markdown: a row for each kind, and what was broken. */
export function summaryPage(drills: readonly DrillResult[], machine: DrillMachine | undefined): string {
  const names = [...new Set(drills.map(({ name }) => name))];
  const where =
    machine === undefined
      ? "an unknown machine"
      : `${machine.cores} cores (${machine.processor}), ${Math.round(machine.memoryBytes / 2 ** 30)} GB, load ${machine.load.toFixed(1)} before`;
  const headings = [
    "drill",
    "kept",
    "outage p50 / p95 / most",
    "target",
    "noticed",
    "whole",
    "requests failed",
    "writes lost",
    "anomalies",
    "Redis steps lost",
    "jobs lost / done twice",
  ];
  const broken = drills.flatMap(({ name, failures, pledges }) => [
    ...failures.map((text) => `- ${name}: ${text}`),
    ...pledges
      .filter((pledge) => !pledge.kept)
      .map(({ measure, found }) => `- ${name}: ${measure} ${found ?? "never"}`),
  ]);
  return [
    "# Drills: figures",
    "",
    `Measured by \`npm run drills\` on ${drills[0]?.startedAt.slice(0, 10) ?? "no day"}: the example (3 web instances, PostgreSQL`,
    "with 2 replicas, PgBouncer, Redis with a replica and 3 Sentinels, HAProxy) and all of the load on one machine:",
    `${where}. The outage is the longest gap between two acknowledged writes, of Redis commands where Redis was struck.`,
    "",
    ...tableOf(
      headings,
      names.map((name) =>
        row(
          name,
          drills.filter((drill) => drill.name === name),
        ),
      ),
    ),
    "",
    broken.length === 0 ? "Every promise was kept." : `Broken promises:\n\n${broken.join("\n")}`,
    "",
  ].join("\n");
}
