import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Context, loadPeer } from "../context/index.ts";
import { Fault } from "../fault/index.ts";

export interface MigrateOptions {
  /** Told of each file that was applied. */
  readonly applied?: (name: string) => void;
  /** Milliseconds that a statement waits for a lock that others hold, before it gives up. Default 10,000. */
  readonly lockTimeout?: number;
}

/** Any number that nobody else takes: whoever migrates holds it. */
const LOCK = "7308604759853132141";
const TABLE = `create table if not exists tenfold_migrations (
  name text primary key, checksum text not null, applied_at timestamptz not null default now())`;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * Applies the `.sql` files of a directory that were not applied yet, in the order of their names, each in a transaction of
 * its own. Past the pooler (DATABASE_DIRECT_URL), under a lock: of several at once one works and the others wait for it.
 * Idempotent. Gives the names of what it applied. Faults: `TF_RT_MIGRATION`, `TF_RT_NOT_CONFIGURED`.
 */
export async function migrate(
  context: Context,
  directory: string,
  { applied = () => {}, lockTimeout = 10_000 }: MigrateOptions = {},
): Promise<readonly string[]> {
  const url = context.environment.databaseDirectUrl;
  if (url === null) throw new Fault("TF_RT_NOT_CONFIGURED", "there is no database", { hint: "set DATABASE_URL" });
  const migrations = await readMigrations(directory);
  const { default: pg } = await loadPeer("pg", () => import("pg"));
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  await client.connect();
  const done: string[] = [];
  try {
    await client.query(`select pg_advisory_lock(${LOCK})`);
    await client.query(TABLE);
    const { rows } = await client.query<Omit<Migration, "sql">>("select name, checksum from tenfold_migrations");
    for (const { name, sql, checksum } of pending(migrations, rows)) {
      await client.query("begin");
      try {
        await client.query(`set local lock_timeout = ${Math.round(lockTimeout)}`);
        await client.query(sql);
        await client.query("insert into tenfold_migrations (name, checksum) values ($1, $2)", [name, checksum]);
        await client.query("commit");
      } catch (error) {
        await client.query("rollback").catch(() => {});
        throw failed(name, error);
      }
      done.push(name);
      applied(name);
    }
  } finally {
    // With it goes the lock.
    await client.end();
  }
  return done;
}

async function readMigrations(directory: string): Promise<readonly Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
  return await Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(directory, name), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

/** Throws `TF_RT_MIGRATION` where the files and what was applied tell different stories. */
export function pending(
  migrations: readonly Migration[],
  applied: readonly Omit<Migration, "sql">[],
): readonly Migration[] {
  const known = new Map(applied.map(({ name, checksum }) => [name, checksum]));
  const last = [...known.keys()].sort().at(-1) ?? "";
  const lines = migrations.flatMap(({ name, checksum }) => {
    const found = known.get(name);
    if (found === undefined) return name < last ? [`${name}: is new, but sorts before ${last}, which is applied`] : [];
    return found === checksum ? [] : [`${name}: was changed after it was applied`];
  });
  if (lines.length > 0) {
    throw new Fault("TF_RT_MIGRATION", "migrations do not fit what the database has", {
      hint: "leave files that were applied as they are, and put changes into a new one that sorts last",
      lines,
    });
  }
  return migrations.filter(({ name }) => !known.has(name));
}

function failed(name: string, error: unknown): Fault {
  const message = error instanceof Error ? error.message : String(error);
  return new Fault("TF_RT_MIGRATION", `${name}: ${message}`, {
    hint: "nothing of this file was kept; those before it were",
    cause: error,
  });
}
