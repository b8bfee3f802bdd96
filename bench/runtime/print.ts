import { cpus, totalmem } from "node:os";
import type { Measured } from "./row.ts";

/** The machine, in a line. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${cpu?.model.trim()}, ${memory} GiB, Node ${process.versions.node}, ${process.platform}`;
}

function number(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toPrecision(3).replace(/\.?0+$/, "");
}

function cells({ what, value, unit, range, target, met, note }: Measured): readonly string[] {
  const verdict = met === undefined ? "" : met ? "met" : "missed";
  const spread = `${number(range[0])} to ${number(range[1])}`;
  return [what, `${number(value)} ${unit}`, spread, target ?? "", verdict, note ?? ""];
}

const HEAD = ["what", "median", "range", "target", "", "note"] as const;

/** A table of Markdown, which a terminal shows as well. */
export function table(rows: readonly Measured[]): string {
  const all = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, at) => Math.max(3, ...all.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  const [head, ...body] = all.map(line);
  return [head, line(widths.map((width) => "-".repeat(width))), ...body].join("\n");
}
