import {
  closeSync,
  existsSync,
  type FSWatcher,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  watch,
} from "node:fs";
import { Fault } from "../../fault/fault.ts";
import { systemCode } from "../../fault/system.ts";
import { nearest } from "../../units/nearest.ts";
import type { LogLine, LogQuery } from "../target.ts";
import { offsetAt } from "./log-times.ts";

const SUFFIX = ".log";
const CHUNK = 64 * 1024;

/** Reads one log file forward, line by line, and takes note when it was cut. */
class Reader {
  readonly #path: string;
  readonly #emit: (text: string) => void;
  #at = 0;
  #rest = "";

  constructor(path: string, emit: (text: string) => void) {
    this.#path = path;
    this.#emit = emit;
  }

  /** Starts so that the last lines are read first, none of them from before an offset. */
  seek(lines: number, notBefore: number): void {
    const file = openSync(this.#path, "r");
    try {
      let at = fstatSync(file).size;
      let found = 0;
      const buffer = Buffer.alloc(CHUNK);
      this.#at = notBefore;
      while (at > notBefore) {
        const length = Math.min(CHUNK, at - notBefore);
        at -= length;
        readSync(file, buffer, 0, length, at);
        for (let index = length - 1; index >= 0; index -= 1) {
          if (buffer[index] !== 10) continue;
          found += 1;
          // The newline that ends the line before the first one wanted.
          if (found > lines) {
            this.#at = at + index + 1;
            return;
          }
        }
      }
    } finally {
      closeSync(file);
    }
  }

  read(): void {
    let file: number;
    try {
      file = openSync(this.#path, "r");
    } catch (error) {
      if (systemCode(error) === "ENOENT") return;
      throw error;
    }
    try {
      if (fstatSync(file).size < this.#at) this.#at = 0;
      const buffer = Buffer.alloc(CHUNK);
      for (
        let length = readSync(file, buffer, 0, CHUNK, this.#at);
        length > 0;
        length = readSync(file, buffer, 0, CHUNK, this.#at)
      ) {
        this.#at += length;
        const parts = (this.#rest + buffer.toString("utf8", 0, length)).split("\n");
        this.#rest = parts.pop() ?? "";
        for (const line of parts) this.#emit(line);
      }
    } finally {
      closeSync(file);
    }
  }

  /** A last line without its newline. */
  finish(): void {
    if (this.#rest !== "") this.#emit(this.#rest);
  }
}

/** Those of members that have written nothing yet are among them. */
function choose(directory: string, wanted: readonly string[], known: readonly string[]): string[] {
  const written = readdirSync(directory)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  if (wanted.length === 0) return written;
  const present = [...new Set([...written, ...known])];
  return wanted.flatMap((name) => {
    const group = name.replace(".", "-");
    const found = present.filter(
      (member) => member === name || new RegExp(`^${group.replace(/[^a-z0-9-]/g, "")}-\\d+$`).test(member),
    );
    if (found.length > 0) return found;
    const near = nearest(name, present);
    throw new Fault(
      "TF_MEMBER_UNKNOWN",
      `no member called ${name} has a log${near === undefined ? "" : `; did you mean ${near}?`}`,
      {
        hint: `there are ${present.join(", ")}`,
      },
    );
  });
}

/** The logs of a directory. With `follow`, goes on until aborted. Fault: TF_MEMBER_UNKNOWN. */
export async function readLogs(
  directory: string,
  query: LogQuery & { readonly known: readonly string[] },
  onLine: (line: LogLine) => void,
  signal: AbortSignal,
): Promise<void> {
  const all = query.members.length === 0;
  const readers = new Map<string, Reader>();
  const open = (member: string, lines: number): Reader => {
    const reader = new Reader(`${directory}/${member}${SUFFIX}`, (text) => onLine({ member, text }));
    if (lines >= 0 && existsSync(`${directory}/${member}${SUFFIX}`))
      reader.seek(lines, query.since === null ? 0 : offsetAt(readTimes(directory), member, query.since));
    readers.set(member, reader);
    return reader;
  };
  for (const member of choose(directory, query.members, query.known)) open(member, query.lines).read();
  if (!query.follow) {
    for (const reader of readers.values()) reader.finish();
    return;
  }
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(directory, (_, file) => {
      if (file === null || !file.endsWith(SUFFIX)) return;
      const member = file.slice(0, -SUFFIX.length);
      const reader = readers.get(member) ?? (all ? open(member, -1) : undefined);
      reader?.read();
    });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  } finally {
    watcher?.close();
  }
}

function readTimes(directory: string): string {
  try {
    return readFileSync(`${directory}/times.jsonl`, "utf8");
  } catch {
    return "";
  }
}
