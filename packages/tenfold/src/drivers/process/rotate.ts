import { closeSync, fstatSync, ftruncateSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { systemCode } from "../../fault/system.ts";
import type { Logs } from "../../spec/logs/logs.ts";

const CHUNK = 1024 * 1024;

/** Copies what is after `from` and gives the offset that was reached. */
function copy(source: number, target: number, from: number): number {
  const buffer = Buffer.alloc(CHUNK);
  let at = from;
  for (;;) {
    const read = readSync(source, buffer, 0, CHUNK, at);
    if (read === 0) return at;
    writeSync(target, buffer, 0, read);
    at += read;
  }
}

/**
 * Rotates a log file that has grown too large. Members hold it open for appending and are not told, so it is copied and
 * cut to nothing; what is written between the last look and the cut, a matter of microseconds, is lost.
 */
export function rotateLog(path: string, { maxSize, keep }: Logs): void {
  let source: number;
  try {
    source = openSync(path, "r+");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return;
    throw error;
  }
  try {
    const { size, mode } = fstatSync(source);
    if (size <= maxSize) return;
    if (keep > 0) {
      rmSync(`${path}.${keep}`, { force: true });
      for (let old = keep - 1; old >= 1; old -= 1) moveIfPresent(`${path}.${old}`, `${path}.${old + 1}`);
      const target = openSync(`${path}.1`, "w", mode & 0o777);
      try {
        let at = 0;
        while (at < fstatSync(source).size) at = copy(source, target, at);
      } finally {
        closeSync(target);
      }
    }
    ftruncateSync(source, 0);
  } catch (error) {
    // With a full disk the old lines go, so that the members can go on.
    if (systemCode(error) !== "ENOSPC") throw error;
    ftruncateSync(source, 0);
  } finally {
    closeSync(source);
  }
}

function moveIfPresent(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}
