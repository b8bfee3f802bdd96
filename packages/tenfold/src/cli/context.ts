import type { Spec } from "../spec/spec.ts";
import type { Target } from "../targets/target.ts";
import type { Paint } from "./output/style.ts";
import type { Terminal } from "./output/terminal.ts";

/** What every command accepts. */
export interface GlobalOptions {
  /** `-C`: the project's directory, absolute. */
  readonly directory: string;
  /** `-f` */
  readonly file: string | null;
  /** `--env` */
  readonly envName: string | null;
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** A fleet file, read. */
export interface LoadedProject {
  readonly file: string | null;
  readonly spec: Spec;
  readonly environment: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/** What a command works with; composed in wire.ts. */
export interface Context {
  readonly options: GlobalOptions;
  readonly terminal: Terminal;
  readonly paint: Paint;
  readonly target: Target;
  /** The fleet of another project's directory, absolute. */
  targetAt(directory: string): Target;
  /**
   * Reads the fleet file of the project's directory, or of another one that stands for it. Variables are the project's.
   * Faults: TF_SPEC_*, TF_ENV_*.
   */
  loadProject(command: string | null, directory?: string): Promise<LoadedProject>;
  /** Asks on the terminal. Fault: TF_NO_TERMINAL where there is none and `-y` was not given. */
  confirm(question: string): Promise<boolean>;
  readonly interrupts: Interrupts;
}

/** Ctrl-C, SIGTERM and SIGHUP, as they come. */
export interface Interrupts {
  /** Aborts at the next one. */
  next(): AbortSignal;
}
