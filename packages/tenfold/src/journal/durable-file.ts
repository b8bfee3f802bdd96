import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { systemCode, systemFault } from "../fault/system.ts";

/** Writes a file so that after a crash at any moment the old content or the new is there: temp file, fsync, rename, fsync. */
export function writeDurably(path: string, content: string, keepPrevious?: string): void {
  const temporary = `${path}.${randomBytes(4).toString("hex")}.new`;
  try {
    const file = openSync(temporary, "wx", 0o600);
    try {
      // All of it or an error: writeSync writes what still fits on a disk that is nearly full.
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    if (keepPrevious !== undefined) keep(path, keepPrevious);
    renameSync(temporary, path);
    syncDirectory(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw systemFault(error, path);
  }
}

/** At every moment there is one of the two that were kept. */
function keep(path: string, previous: string): void {
  const next = `${previous}.new`;
  rmSync(next, { force: true });
  try {
    linkSync(path, next);
  } catch {
    // The first write has nothing to keep.
    return;
  }
  renameSync(next, previous);
  // Where both are links to one file, renaming does nothing.
  rmSync(next, { force: true });
}

function syncDirectory(path: string): void {
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** `undefined` when there is no such file. */
export function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
