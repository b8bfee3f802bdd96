import type { DailyMetrics, NewSession, Session, TutorMetrics } from "./session.ts";
import { type Answer, type Recorded, type SessionStore, sameSession } from "./store.ts";

/** The oldest sessions go when there are more. */
const LIMIT = 10_000;

/**
 * For a single process without a database. What is recorded is gone with the process, and no other instance sees it:
 * precisely what keeps an application from running as a fleet.
 */
export class MemorySessionStore implements SessionStore {
  readonly #byKey = new Map<string, Session>();
  readonly #now: () => Date;
  #nextId = 1;

  constructor(now: () => Date) {
    this.#now = now;
  }

  async record(session: NewSession, key: string): Promise<Recorded> {
    const earlier = this.#byKey.get(key);
    if (earlier !== undefined) {
      return sameSession(earlier, session) ? { outcome: "replayed", session: earlier } : { outcome: "conflict" };
    }
    const created = { id: this.#nextId, ...session, recorded_at: this.#now().toISOString() };
    this.#nextId += 1;
    this.#byKey.set(key, created);
    const oldest = this.#byKey.keys().next();
    if (this.#byKey.size > LIMIT && !oldest.done) this.#byKey.delete(oldest.value);
    return { outcome: "created", session: created };
  }

  async recent(limit: number): Promise<Answer<readonly Session[]>> {
    return inMemory(this.#all().toReversed().slice(0, limit));
  }

  async perTutor(): Promise<Answer<readonly TutorMetrics[]>> {
    const groups = Map.groupBy(this.#all(), (session) => session.tutor);
    const metrics = [...groups].map(([tutor, sessions]) => {
      return { tutor, ...totals(sessions), last_session: sessions.at(-1)?.recorded_at ?? "" };
    });
    return inMemory(metrics.sort((a, b) => b.minutes - a.minutes || (a.tutor < b.tutor ? -1 : 1)));
  }

  async perDay(days: number): Promise<Answer<readonly DailyMetrics[]>> {
    const groups = Map.groupBy(this.#all(), (session) => session.recorded_at.slice(0, 10));
    return inMemory([...groups].map(([day, sessions]) => ({ day, ...totals(sessions) })).slice(-days));
  }

  #all(): Session[] {
    return [...this.#byKey.values()];
  }
}

function inMemory<T>(value: T): Answer<T> {
  return { value, source: "memory" };
}

function totals(sessions: readonly Session[]): Omit<DailyMetrics, "day"> {
  const sum = (of: (session: Session) => number) => sessions.reduce((total, session) => total + of(session), 0);
  const average = sum(({ rating }) => rating) / sessions.length;
  return {
    sessions: sessions.length,
    minutes: sum(({ minutes }) => minutes),
    average_rating: Math.round(average * 100) / 100,
  };
}
