import { ok, type Problem, problems, type Result } from "../fault/result.ts";
import type { Stretch } from "./stretch.ts";

const MOST_SECONDS = 400 * 86_400;
const MOST_RATE = 1e9;
const SHOWN_PROBLEMS = 5;

interface Form {
  readonly unit: "seconds" | "minutes";
  readonly length: number;
  /** Numbers as large as that are times in a smaller unit. */
  readonly tooLarge: number;
  readonly smaller: string;
}

const FORMS: Readonly<Record<string, Form>> = {
  "second,rps": { unit: "seconds", length: 1, tooLarge: 1e11, smaller: "milliseconds" },
  "minute,requests": { unit: "minutes", length: 60, tooLarge: 2e8, smaller: "seconds" },
};
/** Seconds; what is later than that is a Unix time. */
const FIRST_UNIX_TIME = 1e8;

interface Row {
  readonly at: number;
  readonly value: number;
}

/** How much comes when. */
export interface Traffic {
  /** Milliseconds since 1970, or 0 where the times count from the start. */
  readonly start: number;
  readonly stretches: readonly Stretch[];
}

/**
 * Reads recorded traffic. `second,rps`: a rate holds until the next row, the last one for a second. `minute,requests`:
 * counts, between whose middles the rate changes evenly; a minute without a row had none. The first column counts from
 * the start, or is a Unix time. Commas, semicolons or tabs; empty lines and lines that begin with # are nothing. Problems
 * have the line as their path.
 */
export function parseTraffic(text: string): Result<Traffic> {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const isNothing = (line: string): boolean => /^\s*(#|$)/.test(line);
  const top = lines.findIndex((line) => !isNothing(line));
  const heading = (lines[top] ?? "")
    .trim()
    .toLowerCase()
    .replaceAll(/\s*[,;\t]\s*/g, ",");
  const form = Object.hasOwn(FORMS, heading) ? FORMS[heading] : undefined;
  if (form === undefined) {
    const found = heading === "" ? "nothing" : JSON.stringify(heading.slice(0, 60));
    const message = `found ${found}, where the heading must be second,rps or minute,requests`;
    return problems([{ path: `line ${Math.max(0, top) + 1}`, message }]);
  }
  const wrong: Problem[] = [];
  const rows: Row[] = [];
  for (const [index, line] of lines.entries()) {
    if (index <= top || isNothing(line)) continue;
    const parsed = parseRow(line, rows.at(-1), form);
    if (typeof parsed === "string") wrong.push({ path: `line ${index + 1}`, message: parsed });
    else rows.push(parsed);
    if (wrong.length === SHOWN_PROBLEMS) break;
  }
  const [first, last] = [rows[0], rows.at(-1)];
  if (wrong.length > 0) return problems(wrong);
  if (first === undefined || last === undefined)
    return problems([{ path: `line ${top + 2}`, message: "there is no row below the heading" }]);
  const seconds = (last.at - first.at + 1) * form.length;
  if (seconds > MOST_SECONDS) {
    const message = `the trace is ${Math.round(seconds / 86_400)} days long; 400 are the most`;
    return problems([{ path: `line ${lines.length}`, message }]);
  }
  const start = first.at * form.length;
  const stretches = form.unit === "minutes" ? spread(rows, seconds / 60) : hold(rows);
  return ok({ start: start > FIRST_UNIX_TIME ? start * 1000 : 0, stretches });
}

function parseRow(line: string, before: Row | undefined, { unit, tooLarge, smaller }: Form): Row | string {
  const cells = line.split(/[,;\t]/).map((cell) => cell.trim());
  const [at = Number.NaN, value = Number.NaN] = cells.map((cell) => (cell === "" ? Number.NaN : Number(cell)));
  const shown = JSON.stringify(line.slice(0, 60));
  if (cells.length !== 2)
    return `${shown} has ${cells.length} column${cells.length === 1 ? "" : "s"}, where 2 are right`;
  if (unit === "minutes" && !Number.isInteger(at)) return `${shown} begins with no whole number of minutes`;
  if (!(at >= 0 && at < Number.POSITIVE_INFINITY)) return `${shown} begins with no number of ${unit}`;
  if (at >= tooLarge) return `${shown} begins with a time in ${smaller}, where ${unit} are right`;
  if (!(value >= 0 && value <= MOST_RATE)) return `${shown} ends with no number from 0 to ${MOST_RATE}`;
  if (before !== undefined && at <= before.at) return `${shown} is not later than the row before it (${before.at})`;
  return { at, value };
}

function hold(rows: readonly Row[]): Stretch[] {
  return rows.map(({ at, value }, index) => {
    // Of Unix times with fractions, no more than milliseconds are exact.
    const seconds = Math.round(((rows[index + 1]?.at ?? at + 1) - at) * 1000) / 1000;
    return { seconds, from: value, to: value };
  });
}

/** Straight lines between the middles of the minutes. */
function spread(rows: readonly Row[], length: number): Stretch[] {
  const minutes = new Float64Array(length);
  const start = rows[0]?.at ?? 0;
  for (const { at, value } of rows) minutes[at - start] = value / 60;
  const at = (minute: number): number => minutes[Math.max(0, Math.min(length - 1, minute))] ?? 0;
  const between = Array.from({ length: length - 1 }, (_, k) => ({ seconds: 60, from: at(k), to: at(k + 1) }));
  const half = (minute: number): Stretch => ({ seconds: 30, from: at(minute), to: at(minute) });
  return [half(0), ...between, half(length - 1)];
}
