import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { systemFault } from "../fault/system.ts";

/** Who holds a lock. The start time tells it from a later process with the same pid. */
export interface LockHolder {
  readonly pid: number;
  readonly startTime: number;
}

/** A lock that was taken. */
export interface Lock extends Disposable {
  readonly path: string;
}

function readHolder(path: string): LockHolder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value !== "object" || value === null || !("pid" in value) || !("startTime" in value)) return undefined;
    const { pid, startTime } = value;
    return typeof pid === "number" && typeof startTime === "number" ? { pid, startTime } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Takes the lock file, or tells who holds it. A holder that is dead loses it.
 * The file appears with its content (a link of a finished file), so nobody ever reads half of it; a dead holder's file
 * is renamed away first and looked at again, so that of two takers only one wins and a living holder never loses.
 * Faults: TF_DISK_FULL, TF_NOT_WRITABLE.
 */
export function takeLock(path: string, self: LockHolder, isAlive: (holder: LockHolder) => boolean): Lock | LockHolder {
  const own = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    writeClaim(own, self);
    for (;;) {
      try {
        linkSync(own, path);
        return { path, [Symbol.dispose]: () => release(path, self) };
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      }
      const holder = readHolder(path);
      if (holder !== undefined && isAlive(holder)) return holder;
      takeAway(path, isAlive);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

function writeClaim(path: string, self: LockHolder): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(self), { mode: 0o600 });
  } catch (error) {
    throw systemFault(error, path);
  }
}

function takeAway(path: string, isAlive: (holder: LockHolder) => boolean): void {
  const aside = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const holder = readHolder(aside);
  try {
    if (holder !== undefined && isAlive(holder)) linkSync(aside, path);
  } catch {
    // Someone else has taken it meanwhile: then the next look finds them.
  } finally {
    rmSync(aside, { force: true });
  }
}

function release(path: string, self: LockHolder): void {
  const holder = readHolder(path);
  if (holder?.pid === self.pid && holder.startTime === self.startTime) rmSync(path, { force: true });
}
