import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { Fault } from "../fault/fault.ts";

/** A fleet file has some hundred lines; parsers are not to be fed with anything. */
const LARGEST = 256 * 1024;

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "cannot be read: permission is missing",
  EPERM: "cannot be read: permission is missing",
  EISDIR: "is a directory, not a file",
  ELOOP: "is a symbolic link that leads to itself",
  ENAMETOOLONG: "has a name that is too long",
  EMFILE: "cannot be read: too many files are open",
  ENXIO: "is a socket, not a file",
};

/** Whether a failed file operation found nothing at that path. */
export function isAbsent(thrown: unknown): boolean {
  return codeOf(thrown) === "ENOENT" || codeOf(thrown) === "ENOTDIR";
}

function unreadable(name: string, reason: string, hint?: string): Fault {
  return new Fault("TF_FILE_UNREADABLE", `${name} ${reason}`, { hint });
}

function decode(name: string, content: Uint8Array): string {
  const [first, second] = content;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw unreadable(name, "is UTF-16 text", "save it as UTF-8");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    const valid = new TextDecoder("utf-8").decode(content);
    const line = valid.slice(0, valid.indexOf("\uFFFD")).split("\n").length;
    throw unreadable(name, `is not UTF-8 text: line ${line} holds bytes that are none`, "save it as UTF-8");
  }
}

/**
 * The text of a file without its byte order mark; `null` when there is no such file. `name` is what messages call it.
 * Faults: TF_FILE_UNREADABLE.
 */
export async function readText(path: string, name: string): Promise<string | null> {
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for somebody to write to it.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = await file.stat();
    if (stat.isDirectory()) throw unreadable(name, "is a directory, not a file");
    if (!stat.isFile()) throw unreadable(name, "is not a regular file");
    if (stat.size > LARGEST) throw unreadable(name, `is too large: ${stat.size} bytes, where ${LARGEST} are the most`);
    return decode(name, await file.readFile());
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    if (isAbsent(thrown)) return null;
    throw unreadable(name, REASONS[codeOf(thrown)] ?? `cannot be read: ${codeOf(thrown) || String(thrown)}`);
  }
}
