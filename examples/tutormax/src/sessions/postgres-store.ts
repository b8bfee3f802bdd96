import type { Database } from "../database/database.ts";
import type { DailyMetrics, NewSession, Session, TutorMetrics } from "./session.ts";
import { type Answer, type Recorded, type SessionStore, sameSession } from "./store.ts";

const COLUMNS = "id, tutor, student, subject, minutes, rating, recorded_at";

// `bigint` and `timestamptz` as they come from pg: text, because a bigint may exceed a number, and a Date.
type SessionRow = NewSession & { readonly id: string; readonly recorded_at: Date };
type TutorRow = Omit<TutorMetrics, "last_session"> & { readonly last_session: Date };

/** Writes to the primary, reads from replicas. A session that was just written may take milliseconds to be read. */
export class PostgresSessionStore implements SessionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async record(session: NewSession, key: string): Promise<Recorded> {
    const { tutor, student, subject, minutes, rating } = session;
    const [created] = await this.#database.write<SessionRow>({
      text: `INSERT INTO sessions (tutor, student, subject, minutes, rating, idempotency_key)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (idempotency_key) DO NOTHING
             RETURNING ${COLUMNS}`,
      values: [tutor, student, subject, minutes, rating, key],
    });
    if (created !== undefined) return { outcome: "created", session: fromRow(created) };

    // Somebody used the key before: an earlier request, or an attempt of this one whose answer was lost.
    const [earlier] = await this.#database.write<SessionRow>({
      text: `SELECT ${COLUMNS} FROM sessions WHERE idempotency_key = $1`,
      values: [key],
    });
    if (earlier === undefined || !sameSession(earlier, session)) return { outcome: "conflict" };
    return { outcome: "replayed", session: fromRow(earlier) };
  }

  async recent(limit: number): Promise<Answer<readonly Session[]>> {
    const { rows, source } = await this.#database.read<SessionRow>({
      text: `SELECT ${COLUMNS} FROM sessions ORDER BY recorded_at DESC, id DESC LIMIT $1`,
      values: [limit],
    });
    return { value: rows.map(fromRow), source };
  }

  async perTutor(): Promise<Answer<readonly TutorMetrics[]>> {
    const { rows, source } = await this.#database.read<TutorRow>({
      text: `SELECT tutor,
                    count(*)::int AS sessions,
                    sum(minutes)::float8 AS minutes,
                    round(avg(rating), 2)::float8 AS average_rating,
                    max(recorded_at) AS last_session
             FROM sessions
             GROUP BY tutor
             ORDER BY minutes DESC, tutor`,
    });
    return { value: rows.map((row) => ({ ...row, last_session: row.last_session.toISOString() })), source };
  }

  async perDay(days: number): Promise<Answer<readonly DailyMetrics[]>> {
    const { rows, source } = await this.#database.read<DailyMetrics>({
      text: `SELECT to_char(day, 'YYYY-MM-DD') AS day, sessions, minutes::float8, average_rating
             FROM (SELECT * FROM daily_metrics ORDER BY day DESC LIMIT $1) AS latest
             ORDER BY latest.day`,
      values: [days],
    });
    return { value: rows, source };
  }
}

function fromRow({ id, recorded_at, ...session }: SessionRow): Session {
  return { id: Number(id), ...session, recorded_at: recorded_at.toISOString() };
}
