import type { Bytes } from "../units/bytes.ts";
import type { Millis } from "../units/millis.ts";
import type { Secret } from "../units/secret.ts";

/** `engine`: whoever runs the engine. The other two are the same user unless the file names one. */
export type RunAs = "engine" | "service" | "application";

/** A file that a member needs before it starts. */
export interface RenderedFile {
  /** Absolute. */
  readonly path: string;
  readonly content: string;
  /** 0o600 wherever a secret is in it. */
  readonly mode: number;
  readonly owner: RunAs;
}

/** How a process is stopped: the signal, and how long it has before SIGKILL. */
export interface Stop {
  readonly signal: "SIGTERM" | "SIGINT" | "SIGQUIT" | "SIGUSR1";
  readonly grace: Millis;
}

/** How to start a process. */
export interface Launch {
  /** Program and arguments; no shell reads it. Never holds a secret, since every user can see it. */
  readonly argv: readonly string[];
  /** The same for a process that takes all connections of a running one over and ends it, where the program can do that. */
  readonly successor?: readonly string[];
  readonly env: Readonly<Record<string, string | Secret>>;
  /** Absolute. */
  readonly cwd: string;
  readonly runAs: RunAs;
  /** Absolute; standard output and error are appended to it. */
  readonly log: string;
  readonly stop: Stop;
  readonly memory: Bytes | false;
  readonly cpu: number | false;
}

/** All that is needed to run one member. */
export interface Rendering {
  readonly files: readonly RenderedFile[];
  readonly launch: Launch;
  /** What a running process can take without a restart, where that is not simply its files. */
  readonly takes?: string;
}
