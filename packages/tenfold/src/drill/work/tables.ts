import { Fault } from "../../fault/fault.ts";
import { pause } from "./clock.ts";
import { SqlClient, type SqlSession } from "./sql-client.ts";

export const SCHEMA = "tenfold_drill";
const MARK = "made by tenfold drill, and removed by it";

export const ACCOUNTS = 8;
export const OPENING_BALANCE = 1_000;
export const SQL_SESSIONS = 6;

/** No constraint keeps a value from being there twice: that is for the check to find. */
const TABLES = `
CREATE TABLE ${SCHEMA}.inserts (value bigint NOT NULL);
CREATE TABLE ${SCHEMA}.accounts (id int PRIMARY KEY, balance bigint NOT NULL);
INSERT INTO ${SCHEMA}.accounts SELECT id, ${OPENING_BALANCE} FROM generate_series(0, ${ACCOUNTS - 1}) AS id;
CREATE TABLE ${SCHEMA}.lists (key int PRIMARY KEY, items int[] NOT NULL);
CREATE TABLE ${SCHEMA}.sessions (id int PRIMARY KEY, n int NOT NULL);
INSERT INTO ${SCHEMA}.sessions SELECT id, 0 FROM generate_series(0, ${SQL_SESSIONS - 1}) AS id;
`;

async function findMark(session: SqlSession): Promise<string | null | undefined> {
  const [row] = await session.query(
    "SELECT obj_description(oid, 'pg_namespace') AS mark FROM pg_namespace WHERE nspname = $1",
    [SCHEMA],
  );
  return row === undefined ? undefined : (row.mark as string | null);
}

/** Runs something until it ends well; what it does must bear being done twice. Fault: TF_DRILL_DATABASE. */
export async function insist<T>(
  url: string,
  what: string,
  body: (session: SqlSession) => Promise<T>,
  withinMs = 30_000,
): Promise<T> {
  const client = new SqlClient(url);
  const deadline = Date.now() + withinMs;
  try {
    for (;;) {
      const { value, ending, error, code } = await client.attempt(body);
      if (ending === "ok") return value as T;
      // What the server refuses, it refuses again; unless it is about to become another one.
      const isFinal = code === "42501" || code === "3F000" || code === "42P01";
      if (isFinal || Date.now() > deadline)
        throw new Fault("TF_DRILL_DATABASE", `${what}: ${error ?? "it did not end"}`, {
          hint: "look at: tenfold health",
        });
      await pause(200);
    }
  } finally {
    client.close();
  }
}

/** Makes the drill's tables, anew when an earlier drill could not remove its own. Faults: TF_DRILL_DATABASE. */
export async function makeTables(url: string): Promise<void> {
  const mark = await insist(url, "the database does not answer", findMark);
  if (mark !== undefined && mark !== MARK)
    throw new Fault("TF_DRILL_DATABASE", `the schema ${SCHEMA} is there, and no drill has made it`, {
      hint: "rename it: drills keep their tables under that name",
    });
  await insist(url, `the schema ${SCHEMA} could not be made`, async (session) => {
    await session.script(
      `BEGIN; DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE; CREATE SCHEMA ${SCHEMA}; COMMENT ON SCHEMA ${SCHEMA} IS '${MARK}'; ${TABLES} COMMIT`,
    );
  });
}

/** Removes the drill's tables. */
export async function dropTables(url: string): Promise<void> {
  await insist(url, `the schema ${SCHEMA} could not be removed`, async (session) => {
    if ((await findMark(session)) === MARK) await session.script(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
  });
}
