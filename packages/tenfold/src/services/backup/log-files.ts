import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { systemCode } from "../../fault/system.ts";
import { parseLogFile, SEGMENT_BYTES } from "../../fleet/backup/log-file.ts";

/** What a file of the log says of itself: the line of data that it belongs to, and where it begins. */
export interface LogHeader {
  readonly system: string;
  readonly number: number;
}

/** Reads the first page's header; `null` for what is no file of the log. */
export async function readLogHeader(path: string): Promise<LogHeader | null> {
  try {
    await using file = await open(path, "r");
    const { buffer, bytesRead } = await file.read(Buffer.alloc(32), 0, 32, 0);
    if (bytesRead < 32) return null;
    return {
      number: Number(buffer.readBigUInt64LE(8) / BigInt(SEGMENT_BYTES)),
      system: buffer.readBigUInt64LE(24).toString(),
    };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** PostgreSQL's name for the line of data in a directory; `null` where there is none. */
export async function readSystem(dataDirectory: string): Promise<string | null> {
  try {
    await using file = await open(`${dataDirectory}/global/pg_control`, "r");
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return bytesRead < 8 ? null : buffer.readBigUInt64LE(0).toString();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** Files of the log in a directory, by name; none when there is no such directory. */
export async function logFilesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => parseLogFile(name) !== undefined).sort();
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}
