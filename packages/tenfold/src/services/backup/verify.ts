import { Fault } from "../../fault/fault.ts";
import { formatMoment } from "../../fleet/backup/choose.ts";
import { fileOf, type Manifest } from "../../fleet/backup/manifest.ts";
import { tryDirectory } from "../../fleet/paths.ts";
import { SUPERUSER } from "../../render/postgres/postgres.ts";
import { localPostgres } from "../../spec/local.ts";
import type { Context } from "../service.ts";
import { type Digests, differences, digestAll, rowsOf } from "./digest.ts";
import { type Fetch, fetchPostgres, fetchRedis, fetchStorage } from "./fetch.ts";
import { recover } from "./recover.ts";
import type { Repository } from "./repository.ts";
import { startScratch } from "./scratch.ts";
import { lastLines, postgresProgram, tryTool } from "./tools.ts";
import { markLog, takeWitness, type Witness } from "./witness.ts";

const SHOWN = 10;

/** What a try has found. */
export interface Verified {
  readonly tables: number;
  readonly rows: number;
  /** What was looked at and was sound, and what could not be looked at, in sentences. */
  readonly notes: readonly string[];
}

/**
 * Restores a backup beside the fleet, plays the log back to a position at which the fleet's own data was read, and
 * compares: every table of every database, every page's checksum, every index. Files of Redis and shared files are
 * unpacked and checked. Nothing of it is left. Faults: TF_VERIFY_FAILED, TF_BACKUP_DAMAGED.
 */
export async function verifyBackup(
  context: Context,
  { repository, manifest }: { readonly repository: Repository; readonly manifest: Manifest },
): Promise<Verified> {
  const root = tryDirectory(context.fleet.paths, manifest.id);
  const fetch: Fetch = { repository, manifest, root };
  await context.driver.makeDirectory(root, "service", 0o711);
  try {
    const notes: string[] = [];
    if (fileOf(manifest, "storage") !== undefined) await fetchStorage(context, fetch);
    if (fileOf(manifest, "redis") !== undefined) {
      await fetchRedis(context, fetch);
      notes.push("Redis's file is sound");
    }
    if (manifest.postgres === null) return { tables: 0, rows: 0, notes };
    const found = await verifyPostgres(context, fetch);
    return { ...found, notes: [...found.notes, ...notes] };
  } finally {
    await context.driver.removeDirectory(root);
  }
}

async function verifyPostgres(context: Context, fetch: Fetch): Promise<Verified> {
  const witness = await takeWitness(context);
  await markLog(context);
  const settings = localPostgres(context.fleet.spec)?.settings ?? {};
  const isPlayable = await fetchForTry(context, fetch);
  const to = isPlayable === null ? ({ kind: "backup" } as const) : ({ kind: "position", lsn: witness.lsn } as const);
  const timeline = isPlayable ?? fetch.manifest.postgres?.timeline ?? 1;
  await recover(context, { root: fetch.root, to, timeline, settings });
  const data = `${fetch.root}/postgres`;
  await check(context, ["pg_checksums", "--check", "-D", data], "pages of the restored copy have wrong checksums");
  const found = await lookInside(context, data);
  const digests = { tables: found.size, rows: rowsOf(found) };
  if (isPlayable === null)
    return { ...digests, notes: ["pages and indexes are sound", "not compared: the log after the backup is not kept"] };
  return { ...digests, notes: ["pages and indexes are sound", compare(fetch.manifest, witness, found)] };
}

/** The timeline to play back; `null` where the log that goes on from the backup is not there. */
async function fetchForTry(context: Context, fetch: Fetch): Promise<number | null> {
  try {
    return (await fetchPostgres(context, fetch, { kind: "latest" })).timeline;
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "TF_RESTORE_TIME") throw error;
    return null;
  }
}

async function lookInside(context: Context, data: string): Promise<Digests> {
  await using server = await startScratch(context, data);
  const digests = await digestAll(server.open, context.signal);
  const where = ["-h", context.fleet.paths.run, "-p", `${server.port}`, "-U", SUPERUSER, "--no-password"];
  const how = ["--all", "--install-missing", "--no-strict-names"];
  await check(context, ["pg_amcheck", ...how, ...where], "the restored copy is not sound");
  return digests;
}

async function check(context: Context, [program = "", ...words]: readonly string[], failure: string): Promise<void> {
  const outcome = await tryTool(context, { argv: [postgresProgram(context, program), ...words], runAs: "service" });
  if (outcome.code !== 0) throw new Fault("TF_VERIFY_FAILED", failure, { lines: lastLines(outcome) });
}

function compare({ id, finishedAt }: Manifest, { digests, busy }: Witness, found: Digests): string {
  const different = differences(digests, found);
  if (different.length > 0)
    throw new Fault("TF_VERIFY_FAILED", `backup ${id} restores to something else than the fleet has`, {
      lines: different.slice(0, SHOWN),
      hint: `make a new one (tenfold backup); this one was finished at ${formatMoment(finishedAt)}`,
    });
  const rows = rowsOf(digests);
  const left = busy === 0 ? "" : `; ${busy} that were written to all the time were only read`;
  return `${digests.size} ${digests.size === 1 ? "table" : "tables"} with ${rows} ${rows === 1 ? "row" : "rows"} are the same as the fleet's${left}`;
}
