import { Fault } from "../fault/fault.ts";
import { neededFor, PROVIDED_NAMES } from "../fleet/provided.ts";
import { type Finding, formatPath, type Path } from "../spec/path.ts";
import { nearest } from "../units/nearest.ts";
import type { Position, Source } from "./source.ts";
import type { MissingReference } from "./variables.ts";

const MOST_LINES = 50;
/** One edit away from a shorter name is anything. */
const SHORTEST_GUESS = 4;

/** A line of a report, with what it is sorted by. */
interface Entry {
  readonly text: string;
  readonly source: number;
  readonly position: Position | null;
}

/** Where a path, or what is nearest above it, is written. Later sources lie over earlier ones. */
function place(
  path: Path,
  sources: readonly Source[],
): { readonly source: number; readonly position: Position } | null {
  for (let length = path.length; length > 0; length -= 1) {
    for (let source = sources.length - 1; source >= 0; source -= 1) {
      const position = sources[source]?.locate(path.slice(0, length));
      if (position !== undefined) return { source, position };
    }
  }
  return null;
}

function entryOf(path: Path, message: string, sources: readonly Source[]): Entry {
  const at = place(path, sources);
  const source = at?.source ?? 0;
  const name = sources[source]?.name ?? "the file";
  const where = at === null ? "" : ` (${name}:${at.position.line})`;
  const text = path.length === 0 ? `${name} ${message}` : `${formatPath(path)}: ${message}${where}`;
  return { text, source, position: at?.position ?? null };
}

function byPosition(a: Entry, b: Entry): number {
  if (a.source !== b.source) return a.source - b.source;
  if (a.position === null || b.position === null) return (a.position === null ? 1 : 0) - (b.position === null ? 1 : 0);
  return a.position.line - b.position.line || a.position.column - b.position.column;
}

function bounded(lines: readonly string[]): string[] {
  if (lines.length <= MOST_LINES) return [...lines];
  return [...lines.slice(0, MOST_LINES), `... and ${lines.length - MOST_LINES} more`];
}

/** What is wrong with a file, a line each, in its order and with where it is. */
export function findingLines(sources: readonly Source[], findings: readonly Finding[]): string[] {
  const entries = findings.map(({ path, message }) => entryOf(path, message, sources));
  return bounded(entries.toSorted(byPosition).map(({ text }) => text));
}

/** What is known about names that could have been meant. */
export interface Names {
  readonly defined: readonly string[];
  /** Keys of `env`, to which references do not lead. */
  readonly ownKeys: readonly string[];
}

function missingMessage(name: string, names: Names): string {
  const needs = neededFor(name);
  if (needs !== undefined) return `\${${name}} is there only with ${needs} in the file`;
  if (names.ownKeys.includes(name))
    return `\${${name}} is not defined: references lead to .env, the environment and what Tenfold provides, not to other keys of env`;
  const near = name.length < SHORTEST_GUESS ? undefined : nearest(name, [...names.defined, ...PROVIDED_NAMES]);
  return `\${${name}} is not defined${near === undefined ? "" : `; did you mean \${${near}}?`}`;
}

/** Everything that is wrong with a project, before it becomes one fault. */
export interface Report {
  /** The file, and the overlay over it. */
  readonly sources: readonly Source[];
  readonly findings: readonly Finding[];
  readonly missing: readonly (MissingReference & { readonly path?: Path })[];
  readonly names: Names;
}

/** One fault with all that is wrong, in the order of the file; `undefined` when nothing is. */
export function reportFault({ sources, findings, missing, names }: Report): Fault | undefined {
  if (findings.length === 0 && missing.length === 0) return undefined;
  const entries = [
    ...findings.map(({ path, message }) => entryOf(path, message, sources)),
    ...missing.map(({ path, place: where, name, reason }): Entry => {
      const message = reason === undefined ? missingMessage(name, names) : `\${${name}} ${reason}`;
      if (path !== undefined) return entryOf(path, message, sources);
      return { text: `${where}: ${message}`, source: sources.length, position: null };
    }),
  ];
  const lines = bounded(entries.toSorted(byPosition).map(({ text }) => text));
  const file = sources.map(({ name }) => name).join(" with ");
  const [only] = missing;
  if (findings.length === 0 && only !== undefined) {
    const one = new Set(missing.map(({ name }) => name)).size === 1;
    const message = one
      ? `nothing defines \${${only.name}}`
      : `nothing defines some of the variables that ${file} refers to`;
    return new Fault("TF_ENV_MISSING", message, {
      lines,
      hint:
        only.reason === undefined
          ? `write ${only.name}=value into .env, export ${only.name}, or give a default: \${${only.name}:-value}`
          : undefined,
    });
  }
  const count = findings.length + missing.length;
  const message = `${file} has ${count === 1 ? "a problem" : `${count} problems`}`;
  return new Fault("TF_SPEC_INVALID", message, { lines, hint: "docs/reference/file.md describes every key" });
}
