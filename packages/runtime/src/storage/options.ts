import { Fault } from "../fault/index.ts";
import type { ByteRange, LinkOptions } from "./storage.ts";

const LONGEST = 604_800;

export interface ResolvedLink {
  readonly method: "GET" | "PUT";
  /** Seconds. */
  readonly expires: number;
  readonly download: string | undefined;
}

/** Fault: `TF_RT_OPTION`. */
export function resolveLink({ method = "GET", expires = 900, download }: LinkOptions): ResolvedLink {
  const problems: string[] = [];
  if (!(expires >= 1 && expires <= LONGEST)) {
    problems.push(`expires: is ${expires}; expected seconds from 1 to ${LONGEST} (7 days)`);
  }
  if (method !== "GET" && method !== "PUT") problems.push(`method: is ${method}; expected GET or PUT`);
  if (download !== undefined && !download.isWellFormed()) problems.push("download: is no valid Unicode");
  if (problems.length === 0) return { method, expires: Math.floor(expires), download };
  throw new Fault("TF_RT_OPTION", "the link's options are not understood", { lines: problems });
}

/** The range within a file of this size: first byte, and the one after the last. Fault: `TF_RT_STORAGE_RANGE`. */
export function resolveRange(
  { start, end }: ByteRange,
  size: number,
): { readonly start: number; readonly end: number } {
  const last = Math.min(end ?? size, size);
  const whole = Number.isSafeInteger(start) && (end === undefined || Number.isSafeInteger(end));
  if (whole && start >= 0 && start < last) return { start, end: last };
  throw rangeFault({ start, end });
}

export function rangeFault({ start, end }: ByteRange): Fault {
  return new Fault("TF_RT_STORAGE_RANGE", `the file has no bytes ${start} to ${end ?? "its end"}`);
}
