import type pg from "pg";
import { demoSessions } from "../sessions/demo-sessions.ts";

/** A change of the database. It may run while instances of the release before still serve, so it only adds. */
export interface Migration {
  readonly name: string;
  readonly apply: (client: pg.ClientBase, now: Date) => Promise<unknown>;
}

const CREATE_SESSIONS = `
CREATE TABLE sessions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tutor text NOT NULL,
  student text NOT NULL,
  subject text NOT NULL,
  minutes integer NOT NULL CHECK (minutes > 0),
  rating smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
  recorded_at timestamptz NOT NULL DEFAULT now(),
  idempotency_key text NOT NULL UNIQUE DEFAULT gen_random_uuid()::text
);
CREATE INDEX sessions_by_time ON sessions (recorded_at DESC, id DESC)`;

const CREATE_DAILY_METRICS = `
CREATE TABLE daily_metrics (
  day date PRIMARY KEY,
  sessions integer NOT NULL,
  minutes bigint NOT NULL,
  average_rating double precision NOT NULL,
  computed_at timestamptz NOT NULL
)`;

const INSERT_SESSIONS = `
INSERT INTO sessions (tutor, student, subject, minutes, rating, recorded_at)
SELECT tutor, student, subject, minutes, rating, recorded_at
FROM jsonb_to_recordset($1) AS demo
  (tutor text, student text, subject text, minutes integer, rating smallint, recorded_at timestamptz)
ORDER BY recorded_at`;

/** In the order in which they are applied. One that has been released is never changed. */
export const MIGRATIONS: readonly Migration[] = [
  { name: "create sessions", apply: (client) => client.query(CREATE_SESSIONS) },
  { name: "create daily_metrics", apply: (client) => client.query(CREATE_DAILY_METRICS) },
  {
    name: "load demo sessions",
    apply: (client, now) => client.query(INSERT_SESSIONS, [JSON.stringify(demoSessions(now))]),
  },
];
