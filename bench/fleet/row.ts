import { median } from "./measure.ts";

/** A figure: what was measured, of whom, all runs in milliseconds, megabytes or percent. */
export interface Row {
  readonly what: string;
  readonly who: string;
  readonly unit: "s" | "MB" | "%";
  readonly runs: readonly number[];
  /** The design's target, in the same unit. */
  readonly target?: number;
  readonly note?: string;
}

function digits(unit: Row["unit"]): number {
  return unit === "MB" ? 0 : 2;
}

function cells(row: Row, rows: readonly Row[]): string[] {
  const value = median(row.runs);
  const own = rows.find(({ what, who, unit }) => what === row.what && unit === row.unit && who === "Tenfold");
  const ratio = own === undefined || own === row ? "" : `${(value / median(own.runs)).toFixed(1)} ×`;
  const show = (number: number): string => number.toFixed(digits(row.unit));
  const spread = row.runs.length < 2 ? "" : `${show(Math.min(...row.runs))} to ${show(Math.max(...row.runs))}`;
  const target = row.target === undefined ? "" : `≤ ${row.target} ${row.unit}${value <= row.target ? "" : " ✗"}`;
  return [row.what, row.who, `${show(value)} ${row.unit}`, spread, ratio, target, row.note ?? ""];
}

/** A table in Markdown: medians, their spread, and ratios to Tenfold's figure of the same run. */
export function table(rows: readonly Row[]): string {
  const all = [
    ["what", "who", "median", `from … to`, "to Tenfold's", "target", ""],
    ...rows.map((row) => cells(row, rows)),
  ];
  const widths = (all[0] ?? []).map((_, at) => Math.max(3, ...all.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = all;
  return [line(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...body.map(line)].join("\n");
}
