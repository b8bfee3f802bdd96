import type { DailyMetrics, NewSession, Session, TutorMetrics } from "./session.ts";

/**
 * What became of a request to record a session. `replayed`: the key was used before for the same session, which is
 * on record once. `conflict`: the key was used before for another session, and nothing was recorded.
 */
export type Recorded =
  | { readonly outcome: "created" | "replayed"; readonly session: Session }
  | { readonly outcome: "conflict" };

/** An answer, and who gave it: `primary`, `replica-2`, `memory`. */
export interface Answer<T> {
  readonly value: T;
  readonly source: string;
}

/** Where tutoring sessions are on record. Every method throws Unavailable when that place does not answer in time. */
export interface SessionStore {
  /** Records it once, however often it is called with this key. */
  record(session: NewSession, key: string): Promise<Recorded>;
  /** The latest first. */
  recent(limit: number): Promise<Answer<readonly Session[]>>;
  /** Who taught most first. */
  perTutor(): Promise<Answer<readonly TutorMetrics[]>>;
  /** The last so many days that have sessions, the earliest first. */
  perDay(days: number): Promise<Answer<readonly DailyMetrics[]>>;
}

export function sameSession(a: NewSession, b: NewSession): boolean {
  return (
    a.tutor === b.tutor &&
    a.student === b.student &&
    a.subject === b.subject &&
    a.minutes === b.minutes &&
    a.rating === b.rating
  );
}
