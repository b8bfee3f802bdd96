import type { Readable, Writable } from "node:stream";
import type { Launch, RenderedFile, RunAs } from "../fleet/launch.ts";
import type { Machine } from "../fleet/machine.ts";
import type { MemberName } from "../fleet/member.ts";
import type { Space } from "../fleet/space.ts";
import type { Running } from "../fleet/state.ts";
import type { Logs } from "../spec/logs/logs.ts";
import type { Bytes } from "../units/bytes.ts";
import type { Millis } from "../units/millis.ts";
import type { Port } from "../units/port.ts";
import type { End } from "./end.ts";

/** What a command that ran to its end said: its last output, both streams as they came. */
export interface Outcome extends End {
  readonly output: string;
  readonly timedOut: boolean;
}

export interface RunOptions {
  readonly timeout: Millis;
  readonly signal: AbortSignal;
  readonly input?: string;
  /** Its standard input, instead of `input`. */
  readonly source?: Readable;
  /** Gets its standard output, which then is not in the outcome. Ended when the command has ended. */
  readonly sink?: Writable;
}

/** What a member's processes use. `cpuMillis` counts since the start. */
export interface Usage {
  readonly cpuMillis: number;
  readonly memory: Bytes;
}

/** A process that belongs to a member by its log file, and that nobody keeps track of. */
export interface Stray {
  readonly member: MemberName;
  readonly running: Running;
}

/** A process as it calls itself. */
export interface Titled {
  readonly pid: number;
  readonly startTime: number;
  /** `nginx: worker process`: its command line, which some programs rewrite. */
  readonly title: string;
}

/** Runs processes on a machine. Every method is idempotent: "already so" is success. */
export interface Driver {
  /** Who members run as that start from now on. */
  runAs(users: Machine["users"]): void;
  /** Starts a process in a session of its own. It outlives the engine. */
  start(member: MemberName, launch: Launch): Promise<Running>;
  /** Calls back once, when the leading process has ended; at once when it already has. Works for adopted processes. */
  onEnd(running: Running, callback: (end: End) => void): void;
  /** Whether the leading process is alive. */
  isAlive(running: Running): boolean;
  /** Whether the leading process was stopped by a signal (SIGSTOP, not by a debugger), and does nothing. */
  isFrozen(running: Running): boolean;
  /** Whether any process of its session is left. */
  hasRemains(running: Running): boolean;
  /** Sends SIGKILL to all that is left of it, in one look; `false`: nothing is left, and nothing can come of it any more. */
  killRemains(running: Running): boolean;
  signal(running: Running, signal: NodeJS.Signals, to: "leader" | "session"): void;
  /** Runs a command to its end. The whole session is killed on timeout or abort. Never throws for an exit code. */
  run(launch: Launch, options: RunOptions): Promise<Outcome>;
  /** Atomically; leaves a file alone that is already so. */
  writeFiles(files: readonly RenderedFile[]): Promise<void>;
  makeDirectory(path: string, owner: RunAs, mode: number): Promise<void>;
  /** With all that is in it; its absence is success. */
  removeDirectory(path: string): Promise<void>;
  copyDirectory(from: string, to: string, owner: RunAs): Promise<void>;
  /** A file's text, or its last so many bytes; `null` when there is no such file. */
  readText(path: string, atMost?: Bytes): Promise<string | null>;
  /** 0 when there is no such file. */
  sizeOf(path: string): Promise<Bytes>;
  /** Space on the file system that a path is on, for those who are not root; `null` when it cannot be told. */
  space(path: string): Promise<Space | null>;
  /** What each of them uses, sessions whole. */
  usage(processes: readonly Running[]): ReadonlyMap<number, Usage>;
  /** Established TCP connections by the local port that they came in on. */
  connections(): ReadonlyMap<number, number>;
  /** A process, first, and its children; empty when there is no such process. */
  withChildren(pid: number): readonly Titled[];
  /** Ports that the session listens on. */
  listening(running: Running): readonly Port[];
  /** `nginx (pid 812)`: who listens on the port, or `null` when nobody does. */
  holderOf(port: Port): string | null;
  isPortFree(port: Port, host: string): Promise<boolean>;
  /**
   * Holds a free port until its member starts, so that of two fleets that start at once only one takes it: HAProxy would
   * share it with the other without a word. `false` when somebody was faster.
   */
  reservePort(port: Port, host: string): Promise<boolean>;
  releasePort(port: Port): Promise<void>;
  /** Takes over a port whose member runs already: when that dies and starts again, nobody has taken the port meanwhile. */
  claimPort(port: Port): Promise<void>;
  /** Processes that write to log files of this directory. */
  strays(logs: string, known: readonly Running[]): readonly Stray[];
  /** Keeps a log file below its size, and so many older ones. */
  rotateLog(path: string, logs: Logs): void;
  /** Notes how large the logs of a directory are at a time in milliseconds since 1970, for `logs --since`. */
  recordLogTimes(directory: string, now: number): void;
  /** Whether memory limits are the kernel's business; otherwise the engine has to watch. */
  readonly enforcesLimits: boolean;
  /** Stops watching. What runs goes on. */
  close(): void;
}
