import { createWriteStream } from "node:fs";
import { copyFile, readFile } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { Fault } from "../../fault/fault.ts";
import { systemFault } from "../../fault/system.ts";
import type { RestoreTarget } from "../../fleet/backup/choose.ts";
import { parseHistory, parseLogFile, segmentName, segmentOf } from "../../fleet/backup/log-file.ts";
import { fileOf, type Manifest, type Part } from "../../fleet/backup/manifest.ts";
import { findHole, type Timeline, timelineAt } from "../../fleet/backup/timeline.ts";
import type { RunAs } from "../../fleet/launch.ts";
import { logSpool } from "../../fleet/paths.ts";
import type { Context } from "../service.ts";
import { logFilesIn, readLogHeader } from "./log-files.ts";
import { serverDirectories } from "./on-disk.ts";
import type { Repository } from "./repository.ts";
import { damaged, load } from "./stream.ts";
import { give, redisCheckProgram, toolFault, tryTool } from "./tools.ts";

/** What a fetch works with. `root` is a directory of the service's user. */
export interface Fetch {
  readonly repository: Repository;
  readonly manifest: Manifest;
  readonly root: string;
}

async function unpack(context: Context, fetch: Fetch, part: Part, runAs: RunAs): Promise<void> {
  const { repository, manifest, root } = fetch;
  const file = fileOf(manifest, part);
  const target = `${root}/${part}`;
  await context.driver.removeDirectory(target);
  await context.driver.makeDirectory(target, runAs, 0o700);
  if (file === undefined) return;
  const stream = new PassThrough();
  const owner = runAs === "application" ? ["--no-same-owner"] : [];
  const [outcome] = await Promise.all([
    tryTool(context, { argv: ["tar", "--extract", "--file=-", ...owner, "-C", target], runAs, source: stream }),
    load(repository.place, file.name, { sha256: file.sha256, of: "kept", into: stream, signal: context.signal }),
  ]);
  if (outcome.code !== 0) throw toolFault(outcome, "TF_RESTORE_FAILED", `${file.name} could not be unpacked`);
}

/** The shared files, into `<root>/storage`. Faults: TF_BACKUP_DAMAGED, TF_DISK_FULL. */
export function fetchStorage(context: Context, fetch: Fetch): Promise<void> {
  return unpack(context, fetch, "storage", "application");
}

/**
 * Redis's data, into `<root>/redis`: as the base of an append-only file, since a server with one looks at no `dump.rdb`.
 * Faults: TF_BACKUP_DAMAGED, TF_DISK_FULL.
 */
export async function fetchRedis(context: Context, { repository, manifest, root }: Fetch): Promise<void> {
  const { driver, signal, fleet } = context;
  const file = fileOf(manifest, "redis");
  const directory = `${root}/redis`;
  const log = `${directory}/appendonlydir`;
  await driver.removeDirectory(directory);
  await driver.makeDirectory(directory, "service", 0o700);
  if (file === undefined) return;
  await driver.makeDirectory(log, "service", 0o700);
  const base = `${log}/appendonly.aof.1.base.rdb`;
  const into = createWriteStream(base, { mode: 0o600 });
  await load(repository.place, file.name, { sha256: file.sha256, of: "kept", into, signal }).catch((error: unknown) => {
    throw systemFault(error, base);
  });
  await give(base, fleet.machine.users.service);
  const check = await tryTool(context, { argv: [redisCheckProgram(context), base], runAs: "service" });
  if (check.code !== 0) throw toolFault(check, "TF_BACKUP_DAMAGED", `${file.name} is no data that this Redis can read`);
  const content = "file appendonly.aof.1.base.rdb seq 1 type b\n";
  await driver.writeFiles([{ path: `${log}/appendonly.aof.manifest`, content, mode: 0o600, owner: "service" }]);
}

/** Which way to go along the log, as PostgreSQL's `recovery_target_timeline`. */
export interface LogWay {
  readonly timeline: number;
}

/**
 * PostgreSQL's data, into `<root>/postgres`, and the log that is to be played back over it, into `<root>/log`: what is
 * kept of it, and what the servers here still have. Faults: TF_BACKUP_DAMAGED, TF_POSTGRES_DATA_VERSION, TF_RESTORE_TIME.
 */
export async function fetchPostgres(context: Context, fetch: Fetch, to: RestoreTarget): Promise<LogWay> {
  const saved = fetch.manifest.postgres;
  if (saved === null) throw new Error(`backup ${fetch.manifest.id} has no PostgreSQL`);
  const installed = context.fleet.machine.programs.postgres?.version[0];
  if (saved.major !== installed)
    throw new Fault(
      "TF_POSTGRES_DATA_VERSION",
      `backup ${fetch.manifest.id} was made by PostgreSQL ${saved.major}, but the one installed is ${installed}`,
      { hint: `install PostgreSQL ${saved.major} beside it (apt-get install postgresql-${saved.major})` },
    );
  await unpack(context, fetch, "postgres", "service");
  return fetchLog(context, fetch, to);
}

async function fetchLog(context: Context, { repository, manifest, root }: Fetch, to: RestoreTarget): Promise<LogWay> {
  const saved = manifest.postgres;
  if (saved === null) throw new Error("a log without a database");
  const log = `${root}/log`;
  const { service } = context.fleet.machine.users;
  await context.driver.removeDirectory(log);
  await context.driver.makeDirectory(log, "service", 0o700);
  const first = segmentOf(saved.start);
  const timelines: Timeline[] = [];
  const present = new Set<string>();
  for (const { name, sha256, kept, at } of await repository.log(saved.system)) {
    const file = parseLogFile(name);
    // Histories are needed in any case: a new timeline must not have the number of one that there was.
    if (file === undefined || (file.kind === "segment" && (to.kind === "backup" || file.number < first))) continue;
    const path = `${log}/${name}`;
    const into = createWriteStream(path, { mode: 0o600 });
    const how = { sha256, of: "plain" as const, into, signal: context.signal };
    await load(repository.place, repository.logName(saved.system, kept), how).catch((error: unknown) => {
      throw systemFault(error, path);
    });
    await give(path, service);
    present.add(name);
    if (file.kind === "history") timelines.push(await readTimeline(path, file.timeline, at));
  }
  if (to.kind === "backup") return { timeline: saved.timeline };
  await addFromServers(context, { log, system: saved.system, first, present });
  const timeline = timelineAt(timelines, saved.timeline, to.kind === "time" ? to.at : Number.POSITIVE_INFINITY);
  const forks = timelines.find(({ number }) => number === timeline)?.forks ?? [];
  const hole = findHole([...present], { first, target: timeline, forks });
  // Without any log, the latest that is known is the backup itself, which has all that it needs.
  const isLatest = to.kind === "latest" && hasNoSegment(present);
  if (hole !== null && !isLatest)
    throw holeFault(repository, manifest, { present, hole: segmentName(hole.timeline, hole.segment) });
  return { timeline };
}

function hasNoSegment(present: ReadonlySet<string>): boolean {
  return [...present].every((name) => parseLogFile(name)?.kind !== "segment");
}

function holeFault(
  { place }: Repository,
  { id }: Manifest,
  { present, hole }: { readonly present: ReadonlySet<string>; readonly hole: string },
): Fault {
  if (hasNoSegment(present))
    return new Fault("TF_RESTORE_TIME", `no log is kept that goes on from backup ${id}`, {
      hint: `tenfold restore ${id} restores the backup itself; with backups.log in the file, later moments can be restored`,
    });
  return damaged(place, `the log's file ${hole}`, "is missing, and later ones are there");
}

async function readTimeline(path: string, number: number, since: number): Promise<Timeline> {
  return { number, forks: parseHistory(await readFile(path, "utf8")), since };
}

/** What is not kept yet is in the spool, and the newest in the servers' own directories. */
async function addFromServers(
  context: Context,
  {
    log,
    system,
    first,
    present,
  }: {
    readonly log: string;
    readonly system: string;
    readonly first: number;
    readonly present: Set<string>;
  },
): Promise<void> {
  const { service } = context.fleet.machine.users;
  const servers = (await serverDirectories(context)).map((directory) => `${directory}/pg_wal`);
  for (const directory of [logSpool(context.fleet.paths), ...servers])
    for (const name of await logFilesIn(directory)) {
      const file = parseLogFile(name);
      if (file?.kind !== "segment" || present.has(name) || file.number < first) continue;
      const header = await readLogHeader(`${directory}/${name}`);
      // Files that wait to be used again have an older content under a newer name.
      if (header?.system !== system || header.number !== file.number) continue;
      await copyFile(`${directory}/${name}`, `${log}/${name}`);
      await give(`${log}/${name}`, service);
      present.add(name);
    }
}
