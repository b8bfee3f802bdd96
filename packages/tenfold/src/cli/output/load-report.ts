import { formatActual, formatLatency, formatRate, formatShare } from "../../load/report/format.ts";
import type { LatencyReport, LoadReport } from "../../load/report/report.ts";
import { bytes, formatBytes } from "../../units/bytes.ts";
import { formatDuration, seconds as secondsUnit } from "../../units/millis.ts";
import { harmless, type Paint } from "./style.ts";
import { type Column, formatTable } from "./table.ts";

const MOST_ERRORS = 8;

const LATENCY_COLUMNS: readonly Column[] = ["", "P50", "P75", "P90", "P95", "P99", "P99.9", "MAX"].map(
  (heading, at) => ({
    heading,
    align: at === 0 ? "left" : "right",
  }),
);

function latencyRow(name: string, latency: LatencyReport): string[] {
  const { p50, p75, p90, p95, p99, p999, max } = latency;
  return [name, ...[p50, p75, p90, p95, p99, p999, max].map(formatLatency)];
}

const STEP_COLUMNS: readonly Column[] = ["STEP", "REQUESTS", "FAILED", "P50", "P95", "P99", "MAX"].map(
  (heading, at) => ({
    heading,
    align: at === 0 ? "left" : "right",
  }),
);

function stepTable({ steps }: LoadReport): string {
  if (steps.length < 2) return "";
  const rows = steps.map(({ name, requests, failures, latency }) => [
    harmless(name),
    String(requests),
    failures === 0 ? "" : String(failures),
    ...[latency.p50, latency.p95, latency.p99, latency.max].map((one) => (requests === 0 ? "" : formatLatency(one))),
  ]);
  return `\n${formatTable(STEP_COLUMNS, rows)}`;
}

function countLines(report: LoadReport, paint: Paint): string {
  const { requests, failures, errorRate, rate, seconds, visits, abandonedVisits, cancelled, retried } = report;
  const { intended, plannedSeconds, outcomes } = report;
  const share =
    intended === null || intended === 0 ? "" : `, ${formatShare(outcomes.ok / intended)} of ${intended} intended`;
  const failed =
    failures === 0 ? paint("none failed", "green") : paint(`${failures} failed, ${formatShare(errorRate)}`, "red");
  const lines = [
    `${requests} requests in ${seconds.toFixed(1)} s, ${requests === 0 ? "nothing was measured" : failed}`,
    `${formatRate(rate.answered)} answered${share}, ${formatBytes(bytes(report.bytes))} received`,
  ];
  if (!report.isComplete)
    lines.unshift(
      paint(
        `interrupted after ${seconds.toFixed(1)} of ${formatDuration(secondsUnit(plannedSeconds))}: this is what came until then`,
        "yellow",
      ),
    );
  if (visits !== requests + cancelled)
    lines.push(`${visits} visits${abandonedVisits === 0 ? "" : `, ${abandonedVisits} ended by a step that failed`}`);
  if (retried > 0) lines.push(paint(`${retried} sent again after a kept connection was closed`, "yellow"));
  if (cancelled > 0) lines.push(paint(`${cancelled} given up, since the run was interrupted`, "yellow"));
  return lines.map((line) => `${line}\n`).join("");
}

function errorLines({ errors }: LoadReport, paint: Paint): string {
  if (errors.length === 0) return "";
  const shown = errors
    .slice(0, MOST_ERRORS)
    .map(({ error, count }) => `  ${paint(String(count).padStart(6), "red")}  ${harmless(error)}\n`);
  const more = errors.length > MOST_ERRORS ? `          and ${errors.length - MOST_ERRORS} other errors\n` : "";
  return `\n${shown.join("")}${more}`;
}

/** Why a run has not passed, beside its thresholds. */
function reasonsOf({ isComplete, outcomes }: LoadReport): string[] {
  return [
    ...(isComplete ? [] : ["an interrupted run has not passed"]),
    ...(outcomes.ok > 0 ? [] : ["no request was answered as expected"]),
  ];
}

function thresholdLines(report: LoadReport, paint: Paint): string {
  const { thresholds } = report;
  const reasons = reasonsOf(report);
  if (thresholds.length + reasons.length === 0) return "";
  const lines = thresholds.map((one) => {
    const sign = one.isKept ? paint("✓", "green") : paint("✗", "red");
    return `${sign} ${harmless(one.text)}  ${paint(formatActual(one), one.isKept ? "dim" : "red")}\n`;
  });
  const others = reasons.map((reason) => `${paint("✗", "red")} ${reason}\n`);
  return `\n${lines.join("")}${others.join("")}`;
}

function noteLines({ notes }: LoadReport, paint: Paint): string {
  if (notes.length === 0) return "";
  return `\n${notes.map((note) => `${paint("·", "dim")} ${harmless(note)}\n`).join("")}`;
}

/** What a run showed, for a terminal. */
export function formatLoadReport(report: LoadReport, paint: Paint): string {
  const { latency, serviceTime, generator } = report;
  const rows = [latencyRow(report.mode === "open" ? "latency" : "answer", latency)];
  if (report.mode === "open") rows.push(latencyRow("from the send", serviceTime));
  const limits = generator.limits.map((limit) => `${paint("!", "yellow")} the generator: ${limit}\n`).join("");
  return [
    countLines(report, paint),
    `\n${formatTable(LATENCY_COLUMNS, rows)}`,
    stepTable(report),
    errorLines(report, paint),
    noteLines(report, paint),
    limits === "" ? "" : `\n${limits}`,
    thresholdLines(report, paint),
  ].join("");
}
