import type { LoadCause } from "@tenfold/protocol";
import type { Observation } from "../../fleet/observation.ts";
import { percent, recent, sum, type Window, waitsForLocks } from "./cause.ts";

/** Of the time of all: who took less is not what makes a fleet slow. */
export const LARGE_PART = 0.2;
/** Milliseconds: half of what is slow for an answer, in which there may be several statements. */
const SLOW_MS = 100;
/** Milliseconds: nobody makes it faster. */
const QUICK_MS = 10;
/** Sessions that it kept busy: half of one is much, however quick it is; a fiftieth is nothing, nor are a few calls. */
const MUCH = 0.5;
const SOMETHING = 0.02;
const SEVERAL = 5;

/** A statement's part in what the primary worked in a while. */
export interface SlowStatement {
  readonly id: string;
  readonly calls: number;
  /** Milliseconds that one took. */
  readonly mean: number;
  /** Of the time that all statements took. */
  readonly share: number;
  /** Sessions that it kept busy on average. */
  readonly busy: number;
}

function isBad({ calls, mean, share, busy }: SlowStatement): boolean {
  return share >= LARGE_PART && (busy >= MUCH || (mean >= SLOW_MS && busy >= SOMETHING && calls >= SEVERAL));
}

/** Those that took a large part of the time and are slow, or very many; the worst first. */
export function slowStatements(looks: readonly Observation[]): SlowStatement[] {
  const known = looks.flatMap(({ database }) => database?.statements?.lately ?? []);
  const lasted = sum(known.map(({ lasting }) => lasting));
  const all = sum(known.map(({ time }) => time));
  if (lasted === 0 || all === 0) return [];
  const sums = new Map<string, { calls: number; time: number }>();
  for (const { id, calls, time } of known.flatMap(({ slowest }) => slowest)) {
    const before = sums.get(id);
    sums.set(id, { calls: (before?.calls ?? 0) + calls, time: (before?.time ?? 0) + time });
  }
  return [...sums]
    .map(([id, { calls, time }]) => ({ id, calls, mean: time / calls, share: time / all, busy: time / lasted }))
    .filter(isBad)
    .toSorted((a, b) => b.share - a.share);
}

/** Ids of those that a diagnosis may name. */
export function namedStatements(looks: readonly Observation[]): readonly string[] {
  return [...new Set([...slowStatements(looks), ...slowStatements(recent(looks))].map(({ id }) => id))];
}

export function textOf({ texts }: Window, { id }: SlowStatement): string {
  return texts?.get(id) ?? `its text is not shown, its queryid is ${id}`;
}

const LESS_OFTEN =
  "ask less often: one statement for many rows instead of one for each, or keep the answer in the cache";
const EXPLAIN =
  "EXPLAIN it in tenfold psql, with values for $1, ...: it lacks an index, or reads more rows than are needed";

/** The looks of the whiles in which it was among those that took the most time. */
function looksDuring(looks: readonly Observation[], { id }: SlowStatement): readonly Observation[] {
  const whiles = looks.flatMap(({ at, database }) => {
    const lately = database?.statements?.lately;
    return lately?.slowest.some((one) => one.id === id) === true ? [[at - lately.lasting, at] as const] : [];
  });
  return looks.filter(({ at }) => whiles.some(([from, to]) => from < at && at <= to));
}

function change({ looks }: Window, statement: SlowStatement): string {
  if (statement.mean < QUICK_MS) return LESS_OFTEN;
  if (waitsForLocks({ looks: looksDuring(looks, statement) }))
    return "see lock-waiting first: what a statement waits for others is part of its time";
  return statement.mean < SLOW_MS ? `${EXPLAIN}; or ${LESS_OFTEN}` : EXPLAIN;
}

function why({ mean, busy }: SlowStatement): string {
  if (mean >= SLOW_MS) return "whoever calls it waits that long, and holds a connection meanwhile";
  const quick = mean < QUICK_MS ? "quick, and " : "";
  return `it is ${quick}called so often that it keeps ${busy.toFixed(1)} connections busy all the time`;
}

export function statementCauses(window: Window): LoadCause[] {
  return slowStatements(window.looks).map((statement): LoadCause => {
    const { calls, mean, share } = statement;
    const each = mean < 10 ? mean.toFixed(1) : Math.round(mean);
    return {
      name: "slow-statements",
      level: "warning",
      subject: null,
      figure: `a statement took ${percent(share)} of the time of all, with ${calls} calls of ${each} ms on average: ${textOf(window, statement)}`,
      why: why(statement),
      change: change(window, statement),
    };
  });
}
