import type { AnswerCounts, WebFigures } from "./figures.ts";

/** How long answers took lately, milliseconds. */
export interface Latency {
  /** How many these figures are of, and over how many seconds. */
  readonly answers: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What is known of the web tier at a moment. */
export interface LatencyLook {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly web: Pick<WebFigures, "answers"> | null;
}

/** With so many answers no more are looked for. */
const ENOUGH = 100;
/** With fewer nothing is said: of 40, two slow ones are not yet the 95th percentile. */
const FEWEST = 40;
/** How far back answers are looked for, milliseconds. */
const LONGEST = 60_000;

/** The width of a bucket in microseconds, by its lower bound. */
function widthOf(bound: number): number {
  return 10 ** Math.max(0, `${bound}`.length - 2);
}

/** What was answered between two looks. Another process has counted from zero; what its predecessor did last is not known. */
function answersBetween(before: WebFigures["answers"], now: WebFigures["answers"]): AnswerCounts {
  const isSame = before.process === now.process;
  return new Map(
    [...now.counts].map(([bound, count]) => [bound, count - (isSame ? (before.counts.get(bound) ?? 0) : 0)]),
  );
}

function totalOf(counts: AnswerCounts): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** The milliseconds that `percent` of all answers do not exceed, as if each bucket's were evenly spread; 0 of none. */
export function answerPercentile(counts: AnswerCounts, percent: number): number {
  const rank = Math.ceil((percent / 100) * totalOf(counts) - 1e-9);
  let seen = 0;
  for (const [bound, count] of [...counts].sort(([a], [b]) => a - b)) {
    if (count > 0 && seen + count >= rank) return (bound + (widthOf(bound) * (rank - seen - 0.5)) / count) / 1_000;
    seen += count;
  }
  return 0;
}

/** How many answers took less than so many milliseconds. Exact where that is the bound of a bucket. */
export function answersBelow(counts: AnswerCounts, milliseconds: number): number {
  return [...counts].reduce((sum, [bound, count]) => sum + (bound < milliseconds * 1_000 ? count : 0), 0);
}

/** What all answers took together, milliseconds, as if each had taken the middle of its bucket. */
export function answerSum(counts: AnswerCounts): number {
  return [...counts].reduce((sum, [bound, count]) => sum + ((bound + widthOf(bound) / 2) * count) / 1_000, 0);
}

/** How many answers there were between two looks, and the milliseconds that they took together. */
export function answersSince(
  before: WebFigures["answers"],
  now: WebFigures["answers"],
): { readonly answers: number; readonly time: number } {
  const counts = answersBetween(before, now);
  return { answers: totalOf(counts), time: answerSum(counts) };
}

/**
 * How long answers took by the newest looks (oldest first): back to as many as it takes for a hundred answers, at most a
 * minute. `null` when a minute has too few, or the newest look saw nothing.
 */
export function recentLatency(looks: readonly LatencyLook[]): Latency | null {
  const last = looks.at(-1);
  if (last === undefined || last.web === null) return null;
  const counts = new Map<number, number>();
  let [after, from] = [last.web, last.at];
  for (const { at, web } of looks.slice(0, -1).reverse()) {
    if (last.at - at > LONGEST || totalOf(counts) >= ENOUGH) break;
    if (web === null) continue;
    for (const [bound, count] of answersBetween(web.answers, after.answers))
      counts.set(bound, (counts.get(bound) ?? 0) + count);
    [after, from] = [web, at];
  }
  const answers = totalOf(counts);
  if (answers < FEWEST) return null;
  const [p50, p95, p99] = [50, 95, 99].map((percent) => answerPercentile(counts, percent));
  return { answers, seconds: (last.at - from) / 1_000, p50: p50 ?? 0, p95: p95 ?? 0, p99: p99 ?? 0 };
}
