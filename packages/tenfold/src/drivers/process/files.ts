import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { systemCode, systemFault } from "../../fault/system.ts";
import type { User } from "../../fleet/machine.ts";
import { type Bytes, bytes } from "../../units/bytes.ts";

async function give(path: string, owner: User): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, owner.uid, owner.gid);
}

async function isAlready(path: string, content: string, mode: number, owner: User): Promise<boolean> {
  try {
    const found = await stat(path);
    if ((found.mode & 0o777) !== mode || (process.getuid?.() === 0 && found.uid !== owner.uid)) return false;
    return (await readFile(path, "utf8")) === content;
  } catch {
    return false;
  }
}

/** Writes beside the file, then renames: a reader sees the old content or the new. Leaves an equal file alone. */
export async function writeFileAtomically(path: string, content: string, mode: number, owner: User): Promise<void> {
  if (await isAlready(path, content, mode, owner)) return;
  const temporary = `${path}.${randomBytes(4).toString("hex")}.new`;
  try {
    await using file = await open(temporary, "wx", 0o600);
    await file.writeFile(content);
    await file.chmod(mode);
    await give(temporary, owner);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw systemFault(error, path);
  }
}

/** Makes it and its parents; the mode and owner are those of the last part only. */
export async function makeDirectory(path: string, mode: number, owner: User): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await mkdir(path, { mode }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    await chmod(path, mode);
    await give(path, owner);
  } catch (error) {
    throw systemFault(error, path);
  }
}

/** 0 when there is no such file. */
export async function sizeOf(path: string): Promise<Bytes> {
  return bytes((await stat(path).catch(() => undefined))?.size ?? 0);
}

/** The last bytes of a file as text; `null` when there is none. */
export async function readEnd(path: string, atMost: Bytes | undefined): Promise<string | null> {
  try {
    await using file = await open(path, "r");
    const { size } = await file.stat();
    const length = Math.min(size, atMost ?? size);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString("utf8", 0, bytesRead);
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return null;
    throw error;
  }
}
