import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { WebMemory } from "../scale/web/memory.ts";
import type { WorkerMemory } from "../scale/workers/memory.ts";

/** A number that a decision has led to, beside the one that it was made for. */
export interface Aim {
  readonly count: number;
  readonly beside: number;
}

/** What decisions on numbers rest on, and have to outlive the engine. */
export interface ScalingMemory {
  readonly web: WebMemory | null;
  readonly workers: Readonly<Record<string, WorkerMemory>>;
  /** Of workers who were asked to end and have not all done so, by group. */
  readonly falls?: Readonly<Record<string, Aim>>;
}

const pathIn = (directory: string): string => `${directory}/.tenfold/scaling.json`;

export function readScalingMemory(directory: string): ScalingMemory {
  try {
    return JSON.parse(readFileSync(pathIn(directory), "utf8")) as ScalingMemory;
  } catch {
    return { web: null, workers: {} };
  }
}

/** A full disk costs what was learned, nothing else. */
export function saveScalingMemory(directory: string, memory: ScalingMemory): void {
  const path = pathIn(directory);
  try {
    writeFileSync(`${path}.new`, JSON.stringify(memory), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch {
    // See above.
  }
}
