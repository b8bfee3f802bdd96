import type { DrillResult } from "../../drill/report/result.ts";
import { tablesOf } from "../../drill/report/tables.ts";
import { describePledge, formatTime, missesTarget, tellPledges } from "../../drill/report/words.ts";
import { harmless, type Paint } from "./style.ts";
import { type Column, formatTable } from "./table.ts";

function columns(headings: readonly string[], left: number): Column[] {
  return headings.map((heading, at) => ({ heading: heading.toUpperCase(), align: at < left ? "left" : "right" }));
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

function verdict(kept: boolean, paint: Paint): string {
  return kept ? paint("✓ kept", "green") : paint("✗ broken", "red");
}

/** What came of one drill: the tables, what went wrong, and its promises. */
export function formatDrill(result: DrillResult, paint: Paint): string {
  const tables = tablesOf(result).map(({ headings, rows }, at) =>
    formatTable(columns(headings, at === 0 ? 2 : 1), rows),
  );
  const wrong = [
    ...result.failures,
    ...(result.postgres?.anomalies ?? []).slice(0, 5).map(({ kind, text }) => `${kind}: ${text}`),
  ];
  const errors = [
    ...result.requests.errors.map(({ text, count }) => `${count} requests: ${text}`),
    ...(result.postgres?.errors ?? []).map(({ text, count }) => `${count} queries: ${text}`),
    ...(result.redis?.errors ?? []).map(({ text, count }) => `${count} Redis commands: ${text}`),
  ];
  const { one, none } = tellPledges(result.pledges);
  const pledges = one.map((pledge) => {
    const sign = pledge.kept ? paint("✓", missesTarget(pledge) ? "yellow" : "green") : paint("✗", "red");
    return `${sign} ${describePledge(pledge)}`;
  });
  if (none !== null) pledges.push(`${paint("✓", "green")} ${none}`);
  const times = `noticed after ${formatTime(result.timeToDetect)}, whole after ${formatTime(result.timeToWhole)}`;
  const lines = [
    ...wrong.map((text) => `${paint("✗", "red")} ${harmless(text)}`),
    ...errors.map((text) => paint(`· ${harmless(text)}`, "dim")),
    ...pledges,
  ];
  return `\n${paint(result.name, "bold")}  ${verdict(result.kept, paint)}  ${result.summary}; ${times}\n\n${indent(
    `${tables.join("\n")}\n${lines.join("\n")}`,
  )}\n`;
}

const OVERVIEW: readonly Column[] = [
  { heading: "DRILL", align: "left" },
  { heading: "PROMISES", align: "left" },
  { heading: "FAILED REQUESTS", align: "right" },
  { heading: "WRITE OUTAGE", align: "right" },
  { heading: "REDIS OUTAGE", align: "right" },
  { heading: "NOTICED", align: "right" },
  { heading: "WHOLE", align: "right" },
  { heading: "WRITES LOST", align: "right" },
];

/** Several drills, a row each. */
export function formatDrills(results: readonly DrillResult[], paint: Paint): string {
  const rows = results.map(({ name, kept, requests, postgres, redis, timeToDetect, timeToWhole }) => [
    name,
    verdict(kept, paint),
    `${requests.failed} of ${requests.sent}`,
    formatTime(postgres?.writeOutage ?? null),
    formatTime(redis?.commandOutage ?? null),
    formatTime(timeToDetect),
    formatTime(timeToWhole),
    postgres === null ? "–" : `${postgres.writes.lost} of ${postgres.writes.acknowledged}`,
  ]);
  return `\n${formatTable(OVERVIEW, rows)}`;
}
