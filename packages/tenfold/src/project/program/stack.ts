import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Position } from "../source.ts";

/** One call of the user's own code. */
export interface Frame {
  readonly file: string;
  readonly position: Position;
  /** The function's name, or empty. */
  readonly name: string;
}

function pathOf(location: string): string | undefined {
  if (!location.startsWith("file:"))
    return location.startsWith("/") || /^[A-Z]:\\/.test(location) ? location : undefined;
  try {
    return fileURLToPath(location);
  } catch {
    return undefined;
  }
}

function frameOf(line: string): Frame | undefined {
  const match = /^ {4}at (?:(.*) \()?(.+):(\d+):(\d+)\)?$/.exec(line);
  const file = pathOf(match?.[2] ?? "");
  if (match === null || file === undefined) return undefined;
  const name = (match[1] ?? "").replace(/^async /, "").replace(/^Object\.<anonymous>$/, "");
  return { file, position: { line: Number(match[3]), column: Number(match[4]) }, name };
}

/** The calls in a stack that are of neither Node.js, Tenfold's own evaluation nor installed packages. */
export function userFrames(stack: string, ownFile: string): Frame[] {
  return stack
    .split("\n")
    .map(frameOf)
    .filter((frame) => frame !== undefined)
    .filter(({ file }) => file !== ownFile && !file.includes(`${sep}node_modules${sep}`));
}

/** Where the parser stopped: syntax errors of Node.js begin with the place, the line, and a mark below it. */
export function syntaxPlace(stack: string): Frame | undefined {
  const lines = stack.split("\n");
  const match = /^(.+?):(\d+)$/.exec(lines[0] ?? "");
  const file = pathOf(match?.[1] ?? "");
  if (match === null || file === undefined) return undefined;
  const mark = lines.find((line) => /^\s*\^+\s*$/.test(line)) ?? "^";
  return { file, position: { line: Number(match[2]), column: mark.indexOf("^") + 1 }, name: "" };
}

/** As messages show it: relative to the project where it lies within. */
export function shownPath(file: string, directory: string): string {
  const within = relative(directory, file);
  return within === "" || within.startsWith("..") ? file : within;
}
