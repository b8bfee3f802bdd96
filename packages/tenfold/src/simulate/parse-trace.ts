import { type Problem, problems, type Result } from "../fault/result.ts";
import type { Trace } from "./trace.ts";

const MOST_SECONDS = 400 * 86_400;
const MOST_RATE = 1e9;
const SHOWN_PROBLEMS = 5;
const FORMS: Readonly<Record<string, "seconds" | "minutes">> = {
  "second,rps": "seconds",
  "minute,requests": "minutes",
};

interface Row {
  readonly at: number;
  readonly value: number;
}

/**
 * Reads a trace: `second,rps` (a rate that holds until the next row) or `minute,requests` (counts, between which the
 * rate changes evenly). The first column counts from the start of the trace, or is a Unix time.
 */
export function parseTrace(text: string, name: string): Result<Trace> {
  const lines = text.split(/\r?\n/);
  const heading = (lines[0] ?? "")
    .trim()
    .toLowerCase()
    .replaceAll(/\s*[,;\t]\s*/g, ",");
  const form = FORMS[heading];
  if (form === undefined) {
    const found = heading === "" ? "nothing" : JSON.stringify(heading.slice(0, 60));
    return problems([
      { path: "line 1", message: `found ${found}, where the heading must be second,rps or minute,requests` },
    ]);
  }
  const wrong: Problem[] = [];
  const rows: Row[] = [];
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === "") continue;
    const parsed = parseRow(line, rows.at(-1), form);
    if (typeof parsed === "string") wrong.push({ path: `line ${index + 1}`, message: parsed });
    else rows.push(parsed);
    if (wrong.length === SHOWN_PROBLEMS) break;
  }
  const first = rows[0];
  if (wrong.length > 0) return problems(wrong);
  if (first === undefined) return problems([{ path: "line 2", message: "there is no row below the heading" }]);
  const length = ((rows.at(-1)?.at ?? 0) - first.at + 1) * (form === "minutes" ? 60 : 1);
  if (length > MOST_SECONDS)
    return problems([
      {
        path: `line ${lines.length}`,
        message: `the trace is ${Math.round(length / 86_400)} days long; 400 are the most`,
      },
    ]);
  const unit = form === "minutes" ? 60_000 : 1000;
  const start = first.at * unit > 1e11 ? first.at * unit : 0;
  const rate = form === "minutes" ? spread(rows, length) : hold(rows, length);
  return { ok: true, value: { name, start, rate } };
}

function parseRow(line: string, before: Row | undefined, form: "seconds" | "minutes"): Row | string {
  const cells = line.split(/[,;\t]/).map((cell) => cell.trim());
  const [at = Number.NaN, value = Number.NaN] = cells.map((cell) => (cell === "" ? Number.NaN : Number(cell)));
  const shown = JSON.stringify(line.slice(0, 60));
  if (cells.length !== 2)
    return `${shown} has ${cells.length} column${cells.length === 1 ? "" : "s"}, where 2 are right`;
  if (!Number.isInteger(at) || at < 0) return `${shown} begins with no whole number of ${form}`;
  if (!(value >= 0 && value <= MOST_RATE)) return `${shown} ends with no number from 0 to ${MOST_RATE}`;
  if (before !== undefined && at <= before.at) return `${shown} is not later than the row before it (${before.at})`;
  return { at, value };
}

function hold(rows: readonly Row[], length: number): Float64Array {
  const rate = new Float64Array(length);
  const start = rows[0]?.at ?? 0;
  for (const [index, { at, value }] of rows.entries())
    rate.fill(value, at - start, (rows[index + 1]?.at ?? at + 1) - start);
  return rate;
}

/** Straight lines between the middles of the minutes; a minute without a row had no requests. */
function spread(rows: readonly Row[], length: number): Float64Array {
  const minutes = new Float64Array(length / 60);
  const start = rows[0]?.at ?? 0;
  for (const { at, value } of rows) minutes[at - start] = value / 60;
  const rate = new Float64Array(length);
  const last = minutes.length - 1;
  for (let t = 0; t < length; t += 1) {
    const place = Math.max(0, Math.min(last, (t + 0.5) / 60 - 0.5));
    const before = Math.floor(place);
    const share = place - before;
    rate[t] = (minutes[before] ?? 0) * (1 - share) + (minutes[Math.min(last, before + 1)] ?? 0) * share;
  }
  return rate;
}
