import { closeSync, openSync, readSync } from "node:fs";
import type { Running } from "../../fleet/state.ts";
import { readStat } from "./proc.ts";

const PARENTHESIS = ")".charCodeAt(0);
/** Stopped by a signal; `t` is by a debugger. */
const STOPPED = "T".charCodeAt(0);

interface Opened {
  readonly startTime: number;
  readonly file: number;
}

/**
 * Whether processes stand still. Asked many times a second of each, so the file that tells is opened once: the kernel
 * answers for that very process, or, when it has ended, with an error.
 */
export class Stillness {
  readonly #opened = new Map<number, Opened>();
  readonly #line = Buffer.alloc(128);

  isFrozen({ pid, startTime }: Running): boolean {
    const opened = this.#opened.get(pid);
    const file = opened?.startTime === startTime ? opened.file : this.#open(pid, startTime);
    if (file === null) return false;
    try {
      const length = this.#read(file);
      // The name in parentheses may hold anything; what follows it, no parenthesis.
      return this.#line[this.#line.lastIndexOf(PARENTHESIS, length - 1) + 2] === STOPPED;
    } catch {
      this.#forget(pid);
      return false;
    }
  }

  close(): void {
    for (const pid of [...this.#opened.keys()]) this.#forget(pid);
  }

  /** Gives how many bytes it read. */
  #read(file: number): number {
    return readSync(file, this.#line, 0, this.#line.length, 0);
  }

  /** Processes that have ended are asked about no more: their files are closed when another one is opened. */
  #closeEnded(): void {
    for (const [pid, { file }] of [...this.#opened]) {
      try {
        this.#read(file);
      } catch {
        this.#forget(pid);
      }
    }
  }

  #open(pid: number, startTime: number): number | null {
    this.#forget(pid);
    this.#closeEnded();
    try {
      const file = openSync(`/proc/${pid}/stat`, "r");
      // What was opened belongs to whoever had the pid at that moment.
      if (readStat(pid)?.startTime !== startTime) {
        closeSync(file);
        return null;
      }
      this.#opened.set(pid, { startTime, file });
      return file;
    } catch {
      return null;
    }
  }

  #forget(pid: number): void {
    const opened = this.#opened.get(pid);
    this.#opened.delete(pid);
    if (opened !== undefined) closeSync(opened.file);
  }
}
