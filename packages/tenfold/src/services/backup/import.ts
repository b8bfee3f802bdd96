import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { PassThrough, type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { Fault } from "../../fault/fault.ts";
import { databaseName, memberNamed } from "../../fleet/data.ts";
import type { Member } from "../../fleet/member.ts";
import { SUPERUSER } from "../../render/postgres/postgres.ts";
import { openSuperuser, type Session } from "../postgres/client.ts";
import type { Context } from "../service.ts";
import type { Dump } from "./control.ts";
import { type DumpFormat, recognizeDump } from "./dump-format.ts";
import { databaseOf, SqlFilter } from "./sql-filter.ts";
import { COPY_WITHIN, lastLines, postgresProgram, toolFault, tryTool } from "./tools.ts";

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function primaryOf({ fleet }: Context): Member {
  if (fleet.topology.postgresPrimary === null)
    throw new Fault("TF_NOT_CONFIGURED", "this fleet runs no PostgreSQL of its own");
  return memberNamed(fleet, fleet.topology.postgresPrimary);
}

function connect(context: Context, database: string): Promise<Session & AsyncDisposable> {
  return openSuperuser(context.fleet, primaryOf(context), { database, within: COPY_WITHIN });
}

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

function libpq({ fleet }: Context, member: Member, database: string): Record<string, string> {
  return { PGHOST: fleet.paths.run, PGPORT: `${member.port}`, PGUSER: SUPERUSER, PGDATABASE: database };
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
  if (format.kind === "archive") await loadArchive(context, dump, side);
  else await loadSql(context, { dump, side, compression: format.compression });
  if ((await countTables(context, side)) === 0)
    throw new Fault("TF_IMPORT_FILE", `${dump.path} makes no table`, { hint: "is it the file that you meant?" });
  await using session = await connect(context, side);
  await session.query("ANALYZE");
}

/** Extensions need a superuser, so they are made before all else; one that is not installed here is told by name. */
async function makeExtensions(context: Context, side: string, names: readonly string[]): Promise<void> {
  await using session = await connect(context, side);
  for (const name of names) {
    if (name === "plpgsql") continue;
    await session.query(`CREATE EXTENSION IF NOT EXISTS ${identifier(name)}`).catch((error: unknown) => {
      throw new Fault("TF_IMPORT_FAILED", `the dump needs the extension ${name}: ${(error as Error).message}`, {
        hint: `install it for this PostgreSQL; on Debian many are in postgresql-${context.fleet.machine.programs.postgres?.version[0]}-${name}`,
      });
    });
  }
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
  const outcome = await tryTool(context, {
    argv: [program, ...how, ...whole, "--use-list=/dev/stdin", `--dbname=${side}`, path],
    runAs: "engine",
    env: libpq(context, primaryOf(context), side),
    input: kept.join("\n"),
  });
  if (outcome.code !== 0) throw toolFault(outcome, "TF_IMPORT_FAILED", `${path} could not be loaded`);
}

function openSql(path: string, compression: Extract<DumpFormat, { kind: "sql" }>["compression"]): Readable {
  const file = createReadStream(path);
  if (compression === null) return file;
  const unpack = compression === "gzip" ? createGunzip() : createZstdDecompress();
  file.once("error", (error) => unpack.destroy(error));
  return file.pipe(unpack);
}

type SqlDump = {
  readonly dump: Dump;
  readonly side: string;
  readonly compression: Extract<DumpFormat, { kind: "sql" }>["compression"];
};

/** Which database of a dump of several is meant, and the extensions that it needs. Faults: TF_IMPORT_FILE. */
async function survey({ dump, compression }: SqlDump): Promise<{ wanted: string | null; extensions: string[] }> {
  const found = new Map<string | null, Set<string>>();
  let current: string | null = null;
  const extensions = (): Set<string> => {
    const known = found.get(current) ?? new Set<string>();
    found.set(current, known);
    return known;
  };
  for await (const line of createInterface({ input: openSql(dump.path, compression), crlfDelay: Infinity })) {
    const connected = databaseOf(line);
    if (connected !== undefined) {
      current = connected;
      extensions();
    }
    const extension = /^CREATE EXTENSION (?:IF NOT EXISTS )?("[^"]+"|[a-z0-9_-]+)/i.exec(line)?.[1];
    if (extension !== undefined) extensions().add(extension.replaceAll('"', ""));
  }
  const named = [...found.keys()].filter((name) => name !== null);
  const own = named.filter((name) => !["postgres", "template0", "template1"].includes(name));
  if (named.length === 0) return { wanted: null, extensions: [...(found.get(null) ?? [])] };
  const wanted = dump.database ?? (own.length === 1 ? own[0] : undefined);
  if (wanted === undefined || !named.includes(wanted))
    throw new Fault(
      "TF_IMPORT_FILE",
      `${dump.path} holds the databases ${(own.length === 0 ? named : own).join(", ")}`,
      {
        hint: "name the one to take: --database NAME",
      },
    );
  return { wanted, extensions: [...(found.get(wanted) ?? [])] };
}

/** A stream of what a filter keeps, line by line. */
function filtering(filter: SqlFilter): Transform {
  let rest = Buffer.alloc(0);
  const kept = (data: Buffer): Buffer => {
    const out: Buffer[] = [];
    let from = 0;
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, from)) {
      const line = data.subarray(from, end + 1);
      if (filter.keeps(line.toString("utf8", 0, line.length - 1).replace(/\r$/, ""))) out.push(line);
      from = end + 1;
    }
    rest = Buffer.from(data.subarray(from));
    return Buffer.concat(out);
  };
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) =>
      done(null, kept(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]))),
    flush: (done) => done(null, rest.length === 0 ? rest : kept(Buffer.concat([rest, Buffer.from("\n")]))),
  });
}

async function loadSql(context: Context, sql: SqlDump): Promise<void> {
  const { dump, side, compression } = sql;
  const { wanted, extensions } = await survey(sql);
  await makeExtensions(context, side, extensions);
  const stream = new PassThrough();
  const role = Buffer.from(`SET ROLE ${identifier(databaseName(context.fleet.spec))};\n`);
  stream.write(role);
  const [outcome] = await Promise.all([
    tryTool(context, {
      argv: ["psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"],
      runAs: "engine",
      env: libpq(context, primaryOf(context), side),
      source: stream,
    }),
    pipeline(openSql(dump.path, compression), filtering(new SqlFilter(wanted)), stream).catch((error: unknown) => {
      // Whoever reads it has ended, and says why.
      if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
    }),
  ]);
  if (outcome.code !== 0) throw toolFault(outcome, "TF_IMPORT_FAILED", `${dump.path} could not be loaded`);
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
