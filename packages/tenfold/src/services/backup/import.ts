import { PassThrough } from "node:stream";
import { Fault } from "../../fault/fault.ts";
import { databaseName } from "../../fleet/data.ts";
import { identifier, literal } from "../postgres/sql.ts";
import type { Context } from "../service.ts";
import type { Dump } from "./control.ts";
import { type DumpFormat, recognizeDump } from "./dump-format.ts";
import { connect, libpq, makeExtensions } from "./import-session.ts";
import { loadSql } from "./import-sql.ts";
import { lastLines, postgresProgram, toolFault, tryTool } from "./tools.ts";

/** The database that a dump is loaded into, beside the application's. */
function sideName(context: Context): string {
  return `${databaseName(context.fleet.spec)}_import`;
}

/** Tables of the application's, without Tenfold's own and those of extensions. */
const OWN_TABLES = `
SELECT count(*)::int AS count FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'tenfold')
  AND n.nspname !~ '^pg_(toast|temp)' AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')`;

async function countTables(context: Context, database: string): Promise<number> {
  await using session = await connect(context, database);
  return Number((await session.query(OWN_TABLES))[0]?.count);
}

/**
 * Loads a dump into a database of its own beside the application's, in one transaction, everything owned by the
 * application's role. The application's database is not touched.
 */
export async function loadDump(context: Context, dump: Dump): Promise<void> {
  const format = await recognizeDump(dump.path);
  const owner = databaseName(context.fleet.spec);
  if (!dump.replace && (await countTables(context, owner)) > 0)
    throw new Fault("TF_IMPORT_OCCUPIED", `the database ${owner} has tables already`, {
      hint: "--replace puts the dump in its place, and keeps it under another name",
    });
  const side = sideName(context);
  {
    await using session = await connect(context, "postgres");
    await session.query(`DROP DATABASE IF EXISTS ${identifier(side)} WITH (FORCE)`);
    await session.query(`CREATE DATABASE ${identifier(side)} OWNER ${identifier(owner)} TEMPLATE template0`);
  }
  try {
    await fill(context, { dump, side, format });
  } catch (error) {
    await using session = await connect(context, "postgres");
    await session.query(`DROP DATABASE IF EXISTS ${identifier(side)} WITH (FORCE)`);
    throw error;
  }
}

async function fill(
  context: Context,
  { dump, side, format }: { readonly dump: Dump; readonly side: string; readonly format: DumpFormat },
): Promise<void> {
  if (format.kind === "archive") await loadArchive(context, dump, side);
  else await loadSql(context, { dump, side, compression: format.compression });
  if ((await countTables(context, side)) === 0)
    throw new Fault("TF_IMPORT_FILE", `${dump.path} makes no table`, { hint: "is it the file that you meant?" });
  await using session = await connect(context, side);
  await session.query("ANALYZE");
}

async function loadArchive(context: Context, { path }: Dump, side: string): Promise<void> {
  const program = postgresProgram(context, "pg_restore");
  const listed = new PassThrough();
  const chunks: Buffer[] = [];
  listed.on("data", (chunk: Buffer) => chunks.push(chunk));
  const look = await tryTool(context, { argv: [program, "--list", path], runAs: "engine", sink: listed });
  if (look.code !== 0) {
    const hint = /unsupported version/.test(look.output)
      ? "it is of a newer pg_dump: install that PostgreSQL, or make the dump with the older one"
      : undefined;
    throw new Fault("TF_IMPORT_FILE", `${path} cannot be read by pg_restore`, { lines: lastLines(look), hint });
  }
  const entries = Buffer.concat(chunks).toString("utf8").split("\n");
  const extensions = entries.flatMap((line) => /^\d+; \d+ \d+ EXTENSION - (\S+)/.exec(line)?.[1] ?? []);
  await makeExtensions(context, side, extensions);
  const kept = entries.filter(
    (line) =>
      !/^\d+; \d+ \d+ (EXTENSION|COMMENT - EXTENSION|DATABASE|SCHEMA - public|COMMENT - SCHEMA public) /.test(line),
  );
  const how = ["--no-owner", "--no-acl", "--no-publications", "--no-subscriptions", "--no-tablespaces"];
  const whole = ["--exit-on-error", "--single-transaction", "--role", databaseName(context.fleet.spec)];
  const list = `${context.fleet.paths.home}/import.list`;
  await context.driver.writeFiles([{ path: list, content: kept.join("\n"), mode: 0o600, owner: "engine" }]);
  const outcome = await tryTool(context, {
    argv: [program, ...how, ...whole, `--use-list=${list}`, `--dbname=${side}`, path],
    runAs: "engine",
    env: libpq(context, side),
  });
  await context.driver.removeDirectory(list);
  if (outcome.code !== 0) throw toolFault(outcome, "TF_IMPORT_FAILED", `${path} could not be loaded`);
}

/**
 * Gives the loaded database the application's name. Sessions of the former one are ended; clients of the pooler wait
 * meanwhile. A former database with tables is kept under another name.
 */
export async function exchangeDatabases(context: Context): Promise<string | null> {
  const name = databaseName(context.fleet.spec);
  const side = sideName(context);
  await using session = await connect(context, "postgres");
  const has = async (database: string): Promise<boolean> =>
    (await session.query(`SELECT 1 FROM pg_database WHERE datname = ${literal(database)}`)).length > 0;
  // Cut in the middle, it goes on from what it finds.
  if (!(await has(side))) return null;
  const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const former = `${name}_before_${stamp}`.slice(-63);
  const isEmpty = (await has(name)) && (await countTables(context, name)) === 0;
  const end = (database: string): Promise<unknown> =>
    session.query(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = ${literal(database)}`);
  if (await has(name)) {
    await session.query(`ALTER DATABASE ${identifier(name)} WITH ALLOW_CONNECTIONS false`);
    await end(name);
    await session.query(`ALTER DATABASE ${identifier(name)} RENAME TO ${identifier(former)}`);
    await session.query(`ALTER DATABASE ${identifier(former)} WITH ALLOW_CONNECTIONS true`);
  }
  await end(side);
  await session.query(`ALTER DATABASE ${identifier(side)} RENAME TO ${identifier(name)}`);
  if (!isEmpty) return former;
  await session.query(`DROP DATABASE IF EXISTS ${identifier(former)} WITH (FORCE)`);
  return null;
}
