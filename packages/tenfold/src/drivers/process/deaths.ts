import type { ChildProcess } from "node:child_process";
import type { Running } from "../../fleet/state.ts";
import type { End } from "../end.ts";
import { isProcessAlive } from "./session.ts";

const UNKNOWN: End = { code: null, signal: null };
const LOOK_EVERY_MS = 50;
/**
 * Every so many looks, the whole truth is read: a pid used again, a zombie. Where the first process of a machine or a
 * container does not reap what it inherits, this is how long a death goes unnoticed.
 */
const THOROUGH_EVERY = 4;

/**
 * Tells when processes end: children by the kernel's own notice, adopted ones by looking twenty times a second
 * (a system call each, so that a failover starts as soon after an engine's restart as before it).
 */
export class Deaths {
  readonly #children = new Map<number, { readonly startTime: number; readonly child: ChildProcess }>();
  readonly #watched = new Map<number, { readonly running: Running; readonly callbacks: ((end: End) => void)[] }>();
  #timer: NodeJS.Timeout | undefined;
  #looks = 0;

  /** Remembers a child, so that its end is known by event. */
  own(running: Running, child: ChildProcess): void {
    this.#children.set(running.pid, { startTime: running.startTime, child });
    child.once("exit", () => this.#children.delete(running.pid));
    child.unref();
  }

  onEnd(running: Running, callback: (end: End) => void): void {
    const own = this.#children.get(running.pid);
    if (own?.startTime === running.startTime) {
      if (own.child.exitCode !== null || own.child.signalCode !== null) {
        setImmediate(callback, { code: own.child.exitCode, signal: own.child.signalCode });
      } else {
        own.child.once("exit", (code, signal) => callback({ code, signal }));
      }
      return;
    }
    const watched = this.#watched.get(running.pid);
    if (watched?.running.startTime === running.startTime) watched.callbacks.push(callback);
    else this.#watched.set(running.pid, { running, callbacks: [callback] });
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  #look(): void {
    this.#looks += 1;
    const thorough = this.#looks % THOROUGH_EVERY === 0;
    for (const [pid, { running, callbacks }] of this.#watched) {
      if (pidExists(pid) && (!thorough || isProcessAlive(running))) continue;
      this.#watched.delete(pid);
      for (const callback of callbacks) callback(UNKNOWN);
    }
    if (this.#watched.size === 0) this.close();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function pidExists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
