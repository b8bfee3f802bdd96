import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rmdir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Fault } from "../../fault/index.ts";
import { RESERVED } from "../key.ts";

/** Milliseconds after which a file that somebody began to store, and did not finish, is litter. */
const ABANDONED = 24 * 3_600_000;

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** What the file system refuses, as a fault; what it was not, as it is. `ENOENT` and the like are the caller's to see first. */
export function storageFault(error: unknown, key: string): unknown {
  const code = codeOf(error);
  if (error instanceof Fault || code === undefined || code === "ABORT_ERR") return error;
  if (["ENOTDIR", "EISDIR", "EEXIST", "ENOTEMPTY"].includes(code)) {
    return new Fault(
      "TF_RT_STORAGE_CONFLICT",
      `${key} cannot be stored: one of its names is a file, or it is a directory`,
      {
        hint: "in a directory, no key may go on where another ends",
        cause: error,
      },
    );
  }
  return awayFault(error);
}

/** Whatever the file system says: the directory of files cannot be used. */
export function awayFault(error: unknown): Fault {
  const code = codeOf(error) ?? String(error);
  const hint = { ENOSPC: "the disk is full", EDQUOT: "the quota is used up", EACCES: "permission is missing" }[code];
  return new Fault("TF_RT_STORAGE_AWAY", `the directory of files does not do it: ${code}`, { hint, cause: error });
}

/** Tries again what a network file system refused because somebody replaced the file meanwhile. */
export async function notStale<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (codeOf(error) !== "ESTALE") throw error;
    return await attempt();
  }
}

/** Opens a file for reading; `null` when there is none. A link in its place is not followed. */
export async function openFile(path: string): Promise<FileHandle | null> {
  try {
    return await notStale(() => open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP", "ENXIO"].includes(codeOf(error) ?? "")) return null;
    throw error;
  }
}

/**
 * Writes a file so that nobody ever sees a part of it: beside all others first, to the disk, and then by its name. `write`
 * fills it.
 */
export async function replaceFile(
  root: string,
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const { file, temporary } = await begin(root).catch((error: unknown) => {
    throw awayFault(error);
  });
  try {
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await moveInto(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  await syncDirectory(dirname(path));
}

async function begin(root: string): Promise<{ file: FileHandle; temporary: string }> {
  const unfinished = join(root, RESERVED, "unfinished");
  await mkdir(unfinished, { recursive: true });
  const temporary = join(unfinished, randomUUID());
  return { file: await open(temporary, "wx"), temporary };
}

/** Whoever deletes the last file of a directory removes that too, and may do so between our two steps. */
async function moveInto(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await mkdir(dirname(to), { recursive: true });
      await rename(from, to);
      return;
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || attempt === 10) throw error;
    }
  }
}

/** Some network file systems do not know how; their servers do it by themselves. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r").catch(() => null);
  try {
    await directory?.sync();
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EBADF"].includes(codeOf(error) ?? "")) throw error;
  } finally {
    await directory?.close();
  }
}

/** Deletes a file, and the directories that are empty without it. */
export async function removeFile(root: string, path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR", "EPERM"].includes(codeOf(error) ?? "") && !(await isFile(path))) return;
    throw error;
  }
  for (let directory = dirname(path); directory !== root; directory = dirname(directory)) {
    try {
      await rmdir(directory);
    } catch {
      return;
    }
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() === true;
}

/** Removes what processes that died were storing. */
export async function removeAbandoned(root: string, now: number): Promise<void> {
  const unfinished = join(root, RESERVED, "unfinished");
  for (const name of await readdir(unfinished).catch(() => [])) {
    const path = join(unfinished, name);
    const found = await stat(path).catch(() => null);
    if (found !== null && found.mtimeMs < now - ABANDONED) await unlink(path).catch(() => {});
  }
}
