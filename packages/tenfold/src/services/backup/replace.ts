import { access, mkdir, readdir, rename, rm } from "node:fs/promises";
import type { Part } from "../../fleet/backup/manifest.ts";
import type { Restore } from "../../fleet/backup/restore.ts";
import { dataDirectory, replacedDirectory, restoreDirectory, storageDirectory } from "../../fleet/paths.ts";
import type { Context } from "../service.ts";
import { dataDirectories, homeDirectories } from "./on-disk.ts";

/** In a directory that a restore has put in place, and in copies of it: the restore's id. */
const MARK = "tenfold.restored";

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Directories that a part of a backup stands for now. Sentinels only know the servers; they begin anew with them. */
async function current(context: Context, part: Part): Promise<string[]> {
  if (part === "postgres") return dataDirectories(context, "postgres");
  if (part === "storage") return [storageDirectory(context.fleet.paths)];
  return [...(await dataDirectories(context, "redis")), ...(await dataDirectories(context, "sentinel"))];
}

/** Where the restored data of a part belongs: to the leader; the others are made of it. */
function targetOf({ fleet: { paths, topology } }: Context, part: Part): string {
  if (part === "storage") return storageDirectory(paths);
  const leader = part === "postgres" ? topology.postgresPrimary : topology.redisMaster;
  if (leader === null) throw new Error(`no member leads ${part}`);
  return dataDirectory(paths, leader);
}

/** Marks what was fetched, so that it can be told from what it replaces. */
export function markRestored(context: Context, { id }: Pick<Restore, "id">, part: Part): Promise<void> {
  const owner = part === "storage" ? "application" : "service";
  const path = `${restoreDirectory(context.fleet.paths, id)}/${part}/${MARK}`;
  return context.driver.writeFiles([{ path, content: id, mode: 0o600, owner }]);
}

/**
 * Moves what is there aside and what was fetched into its place, by renaming. Where it is cut in the middle, it goes on
 * from there: what was fetched is moved last.
 */
export async function replacePart(context: Context, { id }: Restore, part: Part): Promise<void> {
  const { paths } = context.fleet;
  const fetched = `${restoreDirectory(paths, id)}/${part}`;
  if (!(await exists(fetched))) return;
  const aside = replacedDirectory(paths, id);
  await mkdir(aside, { recursive: true, mode: 0o700 });
  for (const directory of await current(context, part)) {
    if (await exists(directory)) await rename(directory, `${aside}/${lastPart(directory)}`);
  }
  await rename(fetched, targetOf(context, part));
}

/** Undoes `replacePart`, however far it came: what was moved aside comes back, what was restored goes. */
export async function putBack(context: Context, { id, parts }: Restore): Promise<void> {
  const { paths } = context.fleet;
  const aside = replacedDirectory(paths, id);
  for (const part of parts) {
    for (const directory of await current(context, part)) {
      const mark = await context.driver.readText(`${directory}/${MARK}`);
      if (mark === id) await rm(directory, { recursive: true, force: true });
    }
    for (const name of await asideOf(aside, part)) {
      const home = name === "storage" ? storageDirectory(paths) : `${paths.home}/data/${name}`;
      await rm(home, { recursive: true, force: true });
      await rename(`${aside}/${name}`, home);
    }
  }
  await rm(aside, { recursive: true, force: true });
}

/** What of a part was moved aside. */
async function asideOf(aside: string, part: Part): Promise<string[]> {
  const pattern = part === "storage" ? /^storage$/ : part === "postgres" ? /^postgres-/ : /^(redis|sentinel)-/;
  return (await readdir(aside).catch(() => [])).filter((name) => pattern.test(name));
}

/** Removes what a restore has fetched and not used, and the marks of what it used. */
export async function clearRestore(context: Context, except: string | null): Promise<void> {
  const { paths } = context.fleet;
  const keep = except === null ? null : restoreDirectory(paths, except);
  for (const directory of await homeDirectories(context, "restore-"))
    if (directory !== keep) await rm(directory, { recursive: true, force: true });
  if (except !== null) return;
  for (const part of ["postgres", "redis", "storage"] as const)
    for (const directory of await current(context, part)) await rm(`${directory}/${MARK}`, { force: true });
}

/** Removes what restores have replaced, but for the latest one. */
export async function clearReplaced(context: Context, except: string | null): Promise<void> {
  const keep = except === null ? null : replacedDirectory(context.fleet.paths, except);
  for (const directory of await homeDirectories(context, "replaced-"))
    if (directory !== keep) await rm(directory, { recursive: true, force: true });
}
