import type { LoadRecord } from "../record.ts";

/** A record that says what a test is about, and nothing else of interest. */
export function recordOf(own: Partial<LoadRecord> = {}): LoadRecord {
  return {
    index: 0,
    step: null,
    intendedAt: 0,
    sentAt: own.intendedAt ?? 0,
    endedAt: own.intendedAt ?? 0,
    outcome: "ok",
    status: 200,
    error: null,
    attempts: 1,
    bytes: 0,
    ...own,
  };
}
