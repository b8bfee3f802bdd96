import { constants } from "node:fs";
import { chmod, type FileHandle, lstat, mkdir, open } from "node:fs/promises";
import { Fault } from "../../fault/fault.ts";
import type { Machine, User } from "../../fleet/machine.ts";
import type { Paths } from "../../fleet/paths.ts";
import { quote } from "../../units/quote.ts";
import { withParents } from "../access/reach.ts";

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function refusal(path: string, why: string): Fault {
  return new Fault("TF_NOT_WRITABLE", `${path} should hold the fleet's sockets, and ${why}`, {
    hint: `Look who made it, then remove it: ls -ld ${quote(path)}`,
  });
}

/**
 * Opens a directory of ours in a place where everybody may make one. What is there must be a directory, no link, and
 * owned by nobody but us: whoever owns it could swap what is in it.
 */
async function openOwn(path: string, user: User): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch((error) => {
    throw ["ENOTDIR", "ELOOP"].includes(codeOf(error) ?? "") ? refusal(path, "it is no directory") : error;
  });
  const { uid } = await handle.stat();
  if (uid === user.uid || uid === process.getuid?.()) return handle;
  await handle.close();
  throw refusal(path, `it belongs to uid ${uid}`);
}

/**
 * Makes a directory that only the given user (and root) can enter. Safe in `/tmp`: a name that somebody else took
 * beforehand is refused, and a link is not followed. Idempotent. Faults: TF_NOT_WRITABLE.
 */
export async function makePrivateDirectory(path: string, user: User): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    // `open` of a link fails in several ways; the kind is told apart here for the message.
    if ((await lstat(path)).isSymbolicLink()) throw refusal(path, "it is a link");
  }
  const handle = await openOwn(path, user);
  try {
    const found = await handle.stat();
    if (found.uid !== user.uid || found.gid !== user.gid) await handle.chown(user.uid, user.gid);
    if ((found.mode & 0o777) !== 0o700) await handle.chmod(0o700);
  } finally {
    await handle.close();
  }
}

async function makeOpen(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  // The umask may have taken away what the services' user needs to pass.
  for (const made of withParents(path).slice(withParents(first).length - 1)) await chmod(made, 0o755);
}

/** Makes the directories of a fleet itself; members make theirs below. Idempotent. Faults: TF_NOT_WRITABLE, TF_DISK_FULL. */
export async function makeDirectories(paths: Paths, users: Machine["users"]): Promise<void> {
  try {
    for (const path of [paths.state, paths.home]) await makeOpen(path);
    await makePrivateDirectory(paths.run, users.service);
  } catch (error) {
    if (error instanceof Fault) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (codeOf(error) === "ENOSPC" || codeOf(error) === "EDQUOT") throw new Fault("TF_DISK_FULL", reason);
    if (["EACCES", "EPERM", "EROFS"].includes(codeOf(error) ?? "")) throw new Fault("TF_NOT_WRITABLE", reason);
    throw error;
  }
}
