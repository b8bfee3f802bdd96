import type { Session } from "../postgres/client.ts";
import { identifier } from "../postgres/sql.ts";

/** How much a table holds, and a sum over all of it that does not depend on the order of rows. */
export interface TableDigest {
  readonly rows: number;
  readonly sum: string;
}

/** By `database.schema.table`. */
export type Digests = ReadonlyMap<string, TableDigest>;

const DATABASES = "SELECT datname AS name FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1";

/** What is written to the log and holds rows of its own. */
const TABLES = `
SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE (c.relkind = 'r' OR (c.relkind = 'm' AND c.relispopulated)) AND c.relpersistence = 'p'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
ORDER BY 1, 2`;

/** Reads every table of every database, each in one statement. `open` connects to a database. */
export async function digestAll(
  open: (database: string) => Promise<Session & AsyncDisposable>,
  signal: AbortSignal,
): Promise<Digests> {
  const digests = new Map<string, TableDigest>();
  const names = async (): Promise<string[]> => {
    await using session = await open("postgres");
    return (await session.query(DATABASES)).map(({ name }) => String(name));
  };
  for (const database of await names()) {
    await using session = await open(database);
    await session.query("SET timezone = 'UTC'; SET datestyle = 'ISO'; SET extra_float_digits = 1");
    for (const { schema, name } of await session.query(TABLES)) {
      signal.throwIfAborted();
      const table = `${identifier(String(schema))}.${identifier(String(name))}`;
      const [row] = await session.query(
        `SELECT count(*)::text AS rows, coalesce(sum(hashtextextended("whole row"::text, 0)), 0)::text AS sum FROM ONLY ${table} AS "whole row"`,
      );
      digests.set(`${database}.${String(schema)}.${String(name)}`, { rows: Number(row?.rows), sum: String(row?.sum) });
    }
  }
  return digests;
}

/** Tables that are the same in both; those of the first that changed meanwhile are left out. */
export function unchanged(before: Digests, after: Digests): Digests {
  return new Map(
    [...before].filter(([name, { sum, rows }]) => after.get(name)?.sum === sum && after.get(name)?.rows === rows),
  );
}

/** Sentences about what differs, for people. */
export function differences(expected: Digests, found: Digests): string[] {
  return [...expected].flatMap(([name, { rows, sum }]) => {
    const other = found.get(name);
    if (other === undefined) return [`${name} is missing`];
    if (other.rows !== rows) return [`${name} has ${other.rows} rows instead of ${rows}`];
    return other.sum === sum ? [] : [`${name} has ${rows} rows as it should, with another content`];
  });
}

export function rowsOf(digests: Digests): number {
  return [...digests.values()].reduce((sum, { rows }) => sum + rows, 0);
}
