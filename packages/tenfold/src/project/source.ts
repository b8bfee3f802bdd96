import type { Finding, Path } from "../spec/path.ts";
import { copyPlain, type Plain } from "../spec/plain.ts";

/** Both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What one file of the user held. */
export interface Source {
  /** As messages call it: relative to the project's directory where it lies within. */
  readonly name: string;
  readonly value: Plain;
  /** What makes it no plain data; those values are left out. */
  readonly findings: readonly Finding[];
  /** Where a value, or the key of it, is written; `undefined` when that place is not in the file. */
  readonly locate: (path: Path) => Position | undefined;
  /** A single value exactly as it is written, before it was understood as a number or a boolean. */
  readonly written: (path: Path) => string | undefined;
  /** What was chosen or left out, for people. */
  readonly notes: readonly string[];
}

/** A source that cannot tell where in it something is. */
export function sourceOf(name: string, value: unknown, notes: readonly string[] = []): Source {
  const { plain, findings } = copyPlain(value);
  return { name, value: plain, findings, locate: () => undefined, written: () => undefined, notes };
}
