import type { FleetReport, MemberReport } from "@tenfold/protocol";
import { bytes, formatBytes } from "../../units/bytes.ts";
import { type Paint, paintState } from "./style.ts";
import { type Column, formatTable } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { heading: "NAME", align: "left" },
  { heading: "ROLE", align: "left" },
  { heading: "STATE", align: "left" },
  { heading: "RELEASE", align: "right" },
  { heading: "PORT", align: "right" },
  { heading: "UPTIME", align: "right" },
  { heading: "RESTARTS", align: "right" },
  { heading: "CPU", align: "right" },
  { heading: "MEMORY", align: "right" },
  { heading: "CONNECTIONS", align: "right" },
  { heading: "DETAIL", align: "left" },
];

/** `12s`, `3m`, `5h12m`, `8d`: two units at most. */
export function formatUptime(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${whole % 60 === 0 || whole >= 600 ? "" : `${whole % 60}s`}`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h${Math.floor((whole % 3600) / 60)}m`;
  return `${Math.floor(whole / 86_400)}d${Math.floor((whole % 86_400) / 3600)}h`;
}

function cell<T>(value: T | null, format: (value: T) => string): string {
  return value === null ? "" : format(value);
}

function row(member: MemberReport, paint: Paint): string[] {
  return [
    member.name,
    member.role ?? "",
    paintState(paint, member.state),
    cell(member.release, String),
    cell(member.port, String),
    cell(member.uptimeSeconds, formatUptime),
    `${member.restarts}`,
    cell(member.cpuPercent, (value) => `${value.toFixed(1)}%`),
    cell(member.memoryBytes, (value) => formatBytes(bytes(value))),
    cell(member.connections, String),
    member.detail ?? "",
  ];
}

/** The members of a fleet, a row each, under a line that says how it is. */
export function formatFleet(report: FleetReport, paint: Paint): string {
  const release = report.release === null ? "" : `, release ${report.release}`;
  const head = `${paint(report.fleet, "bold")}: ${paintState(paint, report.state)}${release}\n`;
  if (report.members.length === 0) return head;
  return `${head}\n${formatTable(
    COLUMNS,
    report.members.map((member) => row(member, paint)),
  )}${formatWaiting(report, paint)}${formatUrls(report, paint)}`;
}

/** Numbers that are decided and wait for an operation to end. */
function formatWaiting({ scaling = [] }: FleetReport, paint: Paint): string {
  const lines = scaling.flatMap(({ group, from, target, waits }) =>
    waits == null ? [] : [`${paint(group, "bold")}  ${from} → ${target} waits for ${waits.operation}`],
  );
  return lines.length === 0 ? "" : `\n${lines.join("\n")}\n`;
}

interface Why {
  readonly group: string;
  readonly why: string;
}

/** Why numbers that move by themselves are what they are. */
export function formatScaling({ scaling: moved = [] }: FleetReport, unmoved: readonly Why[], paint: Paint): string {
  const explained = new Set(moved.map(({ group }) => group));
  const scaling = [...moved, ...unmoved.filter(({ group }) => !explained.has(group))];
  if (scaling.length === 0)
    return "\nNo number moves by itself: give bounds in the file, as instances: { min: 2, max: 8 }.\n";
  return `\n${scaling.map(({ group, why }) => `${paint(group, "bold")}  ${why}`).join("\n")}\n`;
}

/** `answers  50 % within 12 ms, 95 % within 43.1 ms, ... (of 1204 in 5 s)`; nothing where nobody counts. */
export function formatLatency({ latency }: FleetReport, paint: Paint): string {
  if (latency === undefined) return "";
  const head = `${paint("answers", "bold")}  `;
  if (latency === null) return `${head}too few in the last minute to say how long they take\n`;
  const { answers, seconds, p50Millis, p95Millis, p99Millis } = latency;
  const shares = [`50 % within ${p50Millis} ms`, `95 % within ${p95Millis} ms`, `99 % within ${p99Millis} ms`];
  return `${head}${shares.join(", ")} (of ${answers} in ${Math.round(seconds)} s)\n`;
}

/** Where to go. */
export function formatUrls(report: FleetReport, paint: Paint): string {
  const lines = Object.entries(report.urls).map(([name, url]) => `${name}  ${paint(url, "cyan")}`);
  return lines.length === 0 ? "" : `\n${lines.join("\n")}\n`;
}
