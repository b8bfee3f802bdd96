import type pg from "pg";
import { MIGRATIONS } from "./migrations.ts";

/** Any number, the same for all who migrate this database. */
const LOCK = 7_366_173;

const CREATE_APPLIED = `
CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())`;

/**
 * Applies what is missing, all of it or nothing, and returns the names of that. Of several that run at once one does
 * the work while the others wait; for them there is nothing left to do.
 */
export async function migrate(client: pg.ClientBase, now: Date): Promise<readonly string[]> {
  await client.query("BEGIN");
  try {
    await client.query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
    await client.query(CREATE_APPLIED);
    const { rows } = await client.query<{ name: string }>("SELECT name FROM migrations");
    const applied = new Set(rows.map(({ name }) => name));
    const missing = MIGRATIONS.filter(({ name }) => !applied.has(name));
    for (const { name, apply } of missing) {
      await apply(client, now);
      await client.query("INSERT INTO migrations (name) VALUES ($1)", [name]);
    }
    await client.query("COMMIT");
    return missing.map(({ name }) => name);
  } catch (error) {
    // The connection may be lost, and its transaction with it. The first error is the one that matters.
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}
