import type { Problem, Result } from "../../fault/result.ts";
import { ok, problems } from "../../fault/result.ts";
import type { Profile, Segment } from "./profile.ts";

const MOST_PROBLEMS = 20;
const COLUMNS: Readonly<Record<string, { readonly second: string; readonly perRow: boolean; readonly scale: number }>> =
  {
    "second,rps": { second: "second", perRow: false, scale: 1 },
    "minute,requests": { second: "minute", perRow: true, scale: 60 },
  };

/**
 * Reads a trace: `second,rps`, or `minute,requests`; each row holds until the next, the last one as long as the one
 * before it. Problems have the line as their path.
 */
export function parseTrace(text: string): Result<Profile> {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const header = lines[0]?.toLowerCase().replaceAll(" ", "") ?? "";
  const columns = Object.hasOwn(COLUMNS, header) ? COLUMNS[header] : undefined;
  if (columns === undefined)
    return problems([
      {
        path: "line 1",
        message: `is ${JSON.stringify(lines[0] ?? "")}; it must name the columns: second,rps or minute,requests`,
      },
    ]);
  const found: Problem[] = [];
  const rows: { readonly at: number; readonly rate: number }[] = [];
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line === "" || line.startsWith("#")) continue;
    const path = `line ${index + 1}`;
    const cells = line.split(",").map((cell) => cell.trim());
    const [at = Number.NaN, rate = Number.NaN] = cells.map((cell) => (cell === "" ? Number.NaN : Number(cell)));
    const before = rows.at(-1);
    if (cells.length !== 2 || !Number.isFinite(at) || !Number.isFinite(rate) || rate < 0 || at < 0)
      found.push({ path, message: `is ${JSON.stringify(line.slice(0, 60))}; it must be two numbers, not negative` });
    else if (before !== undefined && at * columns.scale <= before.at)
      found.push({ path, message: `its ${columns.second} ${at} does not come after the one before it` });
    else rows.push({ at: at * columns.scale, rate: columns.perRow ? rate / columns.scale : rate });
    if (found.length >= MOST_PROBLEMS) break;
  }
  if (found.length === 0 && rows.length === 0) found.push({ path: "line 2", message: "is missing; a trace has rows" });
  if (found.length > 0) return problems(found);
  const segments = rows.map(({ at, rate }, index): Segment => {
    const next = rows[index + 1];
    const before = rows[index - 1];
    const seconds = next !== undefined ? next.at - at : before !== undefined ? at - before.at : columns.scale;
    return { seconds, from: rate, to: rate };
  });
  return ok(segments);
}
