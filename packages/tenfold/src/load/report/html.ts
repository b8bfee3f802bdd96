import { bytes, formatBytes } from "../../units/bytes.ts";
import { parseThreshold } from "../thresholds/threshold.ts";
import { escapeHtml } from "./escape.ts";
import { formatActual, formatLatency, formatRate, formatShare } from "./format.ts";
import { STYLE } from "./html-style.ts";
import { niceStep, type PlotOptions, renderPlot, type Series, type Tick } from "./plot.ts";
import type { LatencyReport, LoadReport } from "./report.ts";

const MOST_TICKS = 10;
const NINES: readonly number[] = [0, 50, 90, 99, 99.9, 99.99];

function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = headings.map((heading) => `<th>${escapeHtml(heading)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("");
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function tile(figure: string, what: string, style = ""): string {
  return `<div class="tile"><b class="${style}">${escapeHtml(figure)}</b><span>${escapeHtml(what)}</span></div>`;
}

function tiles(report: LoadReport): string {
  const { requests, failures, errorRate, rate, latency, visits, outcomes, intended: count } = report;
  const intended =
    count === null || count === 0 ? "answered" : `answered, ${formatShare(outcomes.ok / count)} of ${count} intended`;
  return `<div class="tiles">${[
    tile(String(requests), visits === requests ? "requests" : `requests, ${visits} visits`),
    tile(formatRate(rate.answered), intended),
    tile(
      failures === 0 ? "none" : String(failures),
      failures === 0 ? "failed" : `failed, ${formatShare(errorRate)}`,
      failures === 0 ? "good" : "bad",
    ),
    tile(formatLatency(latency.p50), "median latency"),
    tile(formatLatency(latency.p95), "95 % are faster"),
    tile(formatLatency(latency.p99), "99 % are faster"),
  ].join("")}</div>`;
}

function timeTicks(seconds: number): Tick[] {
  const step = Math.max(1, niceStep(seconds, MOST_TICKS));
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, at) => ({ at: at * step, text: `${at * step} s` }));
}

/** The parts of the time plots: a point in the middle of each bucket. */
function overTime(report: LoadReport): {
  readonly range: readonly [number, number];
  readonly ticks: readonly Tick[];
  readonly series: (
    name: string,
    style: string,
    of: (bucket: LoadReport["timeline"]["buckets"][number]) => number | null,
  ) => Series;
} {
  const { seconds } = report.timeline;
  // The last one, of which only the beginning was measured, would look like a fall.
  const buckets = report.timeline.buckets.filter(
    ({ from }, at) => at === 0 || report.seconds - from / 1_000 >= seconds / 2,
  );
  const end = Math.max(1, buckets.length) * seconds;
  return {
    range: [0, end],
    ticks: timeTicks(end),
    series: (name, style, of) => ({
      name,
      style,
      points: buckets.map((bucket) => ({ x: bucket.from / 1_000 + seconds / 2, y: of(bucket) })),
    }),
  };
}

function ratePlot(report: LoadReport): string {
  const { seconds } = report.timeline;
  const { range, ticks, series } = overTime(report);
  const answered = series("answered", "blue", ({ answered: count }) => count / seconds);
  const lines = [
    { ...answered, isFilled: true },
    ...(report.mode === "open" ? [series("came", "grey", ({ requests }) => requests / seconds)] : []),
    series("failed", "red", ({ failures }) => (report.failures === 0 ? null : failures / seconds)),
  ];
  const shape: Omit<PlotOptions, "title" | "series"> = {
    xRange: range,
    xTicks: ticks,
    yScale: "linear",
    formatY: (value) => `${Math.round(value * 10) / 10}/s`,
    marks: [],
  };
  const shown = report.failures === 0 ? lines.slice(0, -1) : lines;
  return renderPlot({ title: "Requests a second", series: shown, ...shape });
}

/** Latency thresholds about all requests, as lines in the plots. */
function marksOf({ thresholds }: LoadReport): { at: number; text: string }[] {
  return thresholds.flatMap(({ text }) => {
    const parsed = parseThreshold(text);
    if (!parsed.ok || parsed.threshold.step !== null) return [];
    const { metric, limit } = parsed.threshold;
    return metric.kind === "percentile" || metric.kind === "max" || metric.kind === "mean" ? [{ at: limit, text }] : [];
  });
}

function latencyPlot(report: LoadReport): string {
  const { range, ticks, series } = overTime(report);
  type Figure = "p50" | "p95" | "p99" | "max";
  const line = (name: Figure, style: string): Series =>
    series(name, style, (bucket) => (bucket.requests === 0 ? null : Math.max(bucket[name], 0.001)));
  return renderPlot({
    title: "Latency over time, by when visitors came",
    series: [line("max", "grey"), line("p99", "red"), line("p95", "amber"), line("p50", "teal")],
    xRange: range,
    xTicks: ticks,
    yScale: "log",
    formatY: formatLatency,
    marks: marksOf(report),
  });
}

/** Each further nine takes the same room. */
function nines(percent: number): number {
  return percent <= 0 ? 0 : -Math.log10(1 - Math.min(percent, 99.995) / 100);
}

function distributionPlot(report: LoadReport): string {
  const points = report.distribution.map(({ percent, milliseconds }) => ({
    x: nines(percent),
    y: Math.max(milliseconds, 0.001),
  }));
  return renderPlot({
    title: "How many were faster than this",
    series: [{ name: "latency", style: "blue", points }],
    xRange: [0, nines(100)],
    xTicks: NINES.map((percent) => ({ at: nines(percent), text: `${percent} %` })),
    yScale: "log",
    formatY: formatLatency,
    marks: marksOf(report),
  });
}

function latencyCells({ p50, p75, p90, p95, p99, p999, max }: LatencyReport): string[] {
  return [p50, p75, p90, p95, p99, p999, max].map(formatLatency);
}

const NO_CELLS: readonly string[] = Array.from({ length: 7 }, () => "");

function thresholdTable({ thresholds }: LoadReport): string {
  if (thresholds.length === 0) return "";
  const rows = thresholds.map((one) => [
    escapeHtml(one.text),
    escapeHtml(formatActual(one)),
    one.isKept ? '<span class="good">kept</span>' : '<span class="bad">crossed</span>',
  ]);
  return `<h2>Thresholds</h2>${table(["", "measured", ""], rows)}`;
}

function latencyTable(report: LoadReport): string {
  const headings = ["", "requests", "failed", "p50", "p75", "p90", "p95", "p99", "p99.9", "max"];
  const steps = report.steps.length < 2 ? [] : report.steps;
  const rows = [
    ...steps.map(({ name, requests, failures, latency }) => [
      escapeHtml(name),
      String(requests),
      String(failures),
      ...(requests === 0 ? NO_CELLS : latencyCells(latency)),
    ]),
    ["all", String(report.requests), String(report.failures), ...latencyCells(report.latency)],
    ["all, from the send", "", "", ...latencyCells(report.serviceTime)],
  ];
  return `<h2>Latency</h2>${table(headings, rows)}`;
}

function errorTable({ errors }: LoadReport): string {
  if (errors.length === 0) return "";
  return `<h2>What failed</h2>${table(
    ["", "times"],
    errors.map(({ error, count }) => [escapeHtml(error), String(count)]),
  )}`;
}

function generatorTable({ generator, bytes: received, statuses, retried }: LoadReport): string {
  const { threads, cpu, lateness, loopDelay, connectionsOpened } = generator;
  const rows = [
    [
      "statuses",
      Object.entries(statuses)
        .map(([status, count]) => `${count} × ${status}`)
        .join(", ") || "none",
    ],
    ["received", formatBytes(bytes(received))],
    ["connections opened", String(connectionsOpened)],
    ["sent again on a fresh connection", String(retried)],
    ["threads, and how busy the busiest was", `${threads}, ${Math.round(cpu * 100)} % of a core`],
    ["sent late by (p50, p99, max)", [lateness.p50, lateness.p99, lateness.max].map(formatLatency).join(", ")],
    ["delay of its event loop (p99, max)", [loopDelay.p99, loopDelay.max].map(formatLatency).join(", ")],
  ];
  return `<h2>Beside the latencies</h2>${table(
    ["", ""],
    rows.map((row) => row.map(escapeHtml)),
  )}`;
}

/** A report as a page of its own: no scripts, nothing that is loaded from elsewhere. */
export function renderHtml(report: LoadReport): string {
  const { url, scenario, startedAt, seconds, isComplete, generator, passed, mode } = report;
  const what = `${scenario === null ? "" : `${scenario}, `}${mode} loop, ${seconds.toFixed(1)} s from ${startedAt.replace(/\.\d+Z$/, "Z")}`;
  const notes = [
    ...(isComplete ? [] : ["The run was interrupted before its end."]),
    ...report.notes.map((note) => `${note[0]?.toUpperCase() ?? ""}${note.slice(1)}.`),
    ...generator.limits.map((limit) => `The generator itself: ${limit}.`),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Load on ${escapeHtml(url)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Load on ${escapeHtml(url)}</h1>
<div class="dim">${escapeHtml(what)}, ${passed ? '<span class="good">passed</span>' : '<span class="bad">not passed</span>'}</div>
${tiles(report)}
${notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join("\n")}
${thresholdTable(report)}
${ratePlot(report)}
${latencyPlot(report)}
${distributionPlot(report)}
${latencyTable(report)}
${errorTable(report)}
${generatorTable(report)}
<footer>${mode === "open" ? "Latency counts from when each request was meant to be sent, so that a server that stalls cannot hide it." : "A closed loop asks less of a server that is slow: its latencies leave out those who would have come meanwhile."} Made by tenfold load.</footer>
</body>
</html>
`;
}
