import type { Attempt } from "./ending.ts";

/** A value that was sent once, to be kept. */
export interface Insert extends Attempt {
  readonly value: number;
}

/** What a final read says of values that were sent. */
export interface InsertVerdict {
  /** Acknowledged, and not there. */
  readonly lost: readonly number[];
  /** There more often than they were sent. */
  readonly doubled: readonly number[];
  /** There, although their client was told that they failed, or nobody sent them. */
  readonly unexpected: readonly number[];
  /** There, although nobody could tell their client so. */
  readonly surfaced: number;
}

/** Compares what clients were told with what is there in the end. Every value is sent at most once. */
export function checkInserts(inserts: readonly Insert[], found: readonly number[]): InsertVerdict {
  const times = new Map<number, number>();
  for (const value of found) times.set(value, (times.get(value) ?? 0) + 1);
  const sent = new Map(inserts.map((insert) => [insert.value, insert.ending]));
  const verdict = { lost: [] as number[], doubled: [] as number[], unexpected: [] as number[], surfaced: 0 };
  for (const [value, ending] of sent) if (ending === "ok" && !times.has(value)) verdict.lost.push(value);
  for (const [value, count] of times) {
    const ending = sent.get(value);
    if (count > 1) verdict.doubled.push(value);
    if (ending === undefined || ending === "failed") verdict.unexpected.push(value);
    if (ending === "unknown") verdict.surfaced += 1;
  }
  return verdict;
}
