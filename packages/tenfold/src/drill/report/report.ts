import type { DrillResult } from "./result.ts";

/** Where it was measured: figures of one machine say little of another. */
export interface DrillMachine {
  readonly cores: number;
  readonly memoryBytes: number;
  readonly processor: string;
  /** Processes that wanted to run, on average over the minute before. */
  readonly load: number;
}

/** `drill --json`. */
export interface DrillReport {
  readonly version: 1;
  readonly fleet: string;
  /** Gives the same drills and the same victims again. */
  readonly seed: number;
  readonly machine: DrillMachine;
  /** Whether every drill kept its promises, and all of them were run. */
  readonly kept: boolean;
  readonly drills: readonly DrillResult[];
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
  readonly notes: readonly string[];
}
