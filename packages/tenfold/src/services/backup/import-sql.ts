import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { PassThrough, type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { Fault } from "../../fault/fault.ts";
import { systemCode } from "../../fault/system.ts";
import { databaseName } from "../../fleet/data.ts";
import { identifier } from "../postgres/sql.ts";
import type { Context } from "../service.ts";
import type { Dump } from "./control.ts";
import type { DumpFormat } from "./dump-format.ts";
import { libpq, makeExtensions } from "./import-session.ts";
import { databaseOf, extensionOf, SqlFilter } from "./sql-filter.ts";
import { toolFault, tryTool } from "./tools.ts";

function openSql(path: string, compression: Extract<DumpFormat, { kind: "sql" }>["compression"]): Readable {
  const file = createReadStream(path);
  if (compression === null) return file;
  const unpack = compression === "gzip" ? createGunzip() : createZstdDecompress();
  file.once("error", (error) => unpack.destroy(error));
  return file.pipe(unpack);
}

export type SqlDump = {
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
    const extension = extensionOf(line);
    if (extension !== undefined) extensions().add(extension);
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

/** Runs the statements of a dump that belong to the database, in one transaction. Faults: TF_IMPORT_FILE, TF_IMPORT_FAILED. */
export async function loadSql(context: Context, sql: SqlDump): Promise<void> {
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
      env: libpq(context, side),
      source: stream,
    }),
    pipeline(openSql(dump.path, compression), filtering(new SqlFilter(wanted)), stream).catch((error: unknown) => {
      // Whoever reads it has ended, and says why.
      if (systemCode(error) !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
    }),
  ]);
  if (outcome.code !== 0) throw toolFault(outcome, "TF_IMPORT_FAILED", `${dump.path} could not be loaded`);
}
