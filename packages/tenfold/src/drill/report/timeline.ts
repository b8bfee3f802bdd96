import type { Attempt } from "../check/ending.ts";
import type { Evidence, Mark, RequestRecord } from "./evidence.ts";
import type { Span } from "./result.ts";

const MOST_SLICES = 400;
const NARROWEST_MS = 50;

/** What happened in one slice of time. */
export interface Slice {
  /** Milliseconds after the fault at which it begins. */
  readonly at: number;
  /** Requests that were meant to be sent in it, those of them that failed, and the slowest. */
  readonly requests: number;
  readonly failed: number;
  readonly slowest: number;
  /** Writes and Redis commands that were acknowledged in it. */
  readonly writes: number;
  readonly commands: number;
}

export interface TimelineMark {
  readonly at: number;
  readonly kind: Mark["kind"];
  readonly member: string | null;
  readonly text: string;
}

/** A drill over time; zero is the fault. */
export interface TimelineResult {
  readonly width: number;
  readonly slices: readonly Slice[];
  readonly marks: readonly TimelineMark[];
}

function fill(count: number, indexes: readonly number[]): number[] {
  const sums = Array.from({ length: count }, () => 0);
  for (const index of indexes) if (index >= 0 && index < count) sums[index] = (sums[index] ?? 0) + 1;
  return sums;
}

/** Slices of equal width, at most 400, over a drill's whole time. */
export function buildTimeline(span: Span, evidence: Evidence, marks: readonly Mark[]): TimelineResult {
  const { startedAt, endedAt, faultAt } = span;
  const width = Math.max(NARROWEST_MS, Math.ceil((endedAt - startedAt) / MOST_SLICES / 10) * 10);
  const count = Math.max(1, Math.ceil((endedAt - startedAt) / width));
  const indexOf = (at: number): number => Math.floor((at - startedAt) / width);
  const acknowledged = (attempts: readonly Attempt[]): number[] =>
    fill(
      count,
      attempts.flatMap(({ ending, endedAt: at }) => (ending === "ok" ? [indexOf(at)] : [])),
    );
  const { requests: records, postgres, redis } = evidence;
  const sent = (which: readonly RequestRecord[]): number[] =>
    fill(
      count,
      which.map(({ intendedAt }) => indexOf(intendedAt)),
    );
  const [requests, failed] = [sent(records), sent(records.filter(({ ending }) => ending !== "ok"))];
  const writes = acknowledged(postgres?.inserts ?? []);
  const commands = acknowledged(redis?.increments ?? []);
  const slowest = Array.from({ length: count }, () => 0);
  for (const { intendedAt, latency } of records) {
    const index = indexOf(intendedAt);
    slowest[index] = Math.max(slowest[index] ?? 0, latency);
  }
  const slices = Array.from({ length: count }, (_, at) => ({
    at: startedAt + at * width - faultAt,
    requests: requests[at] ?? 0,
    failed: failed[at] ?? 0,
    slowest: slowest[at] ?? 0,
    writes: writes[at] ?? 0,
    commands: commands[at] ?? 0,
  }));
  return {
    width,
    slices,
    marks: marks
      .filter(({ at }) => at >= startedAt)
      .map(({ at, ...mark }) => ({ ...mark, at: at - faultAt }))
      .sort((a, b) => a.at - b.at),
  };
}
