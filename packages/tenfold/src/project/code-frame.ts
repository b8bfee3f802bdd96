import { Fault } from "../fault/fault.ts";
import type { Position } from "./source.ts";

const LINES_BEFORE = 1;
const WIDEST = 120;
const MOST_ERRORS = 3;

/** The line, the one before it, and a mark below the column. Wide lines are cut around the column. */
export function codeFrame(text: string, { line, column }: Position): string[] {
  const all = text.split(/\r\n|\n|\r/);
  const first = Math.max(1, line - LINES_BEFORE);
  const width = String(line).length;
  const from = column > WIDEST - 20 ? column - WIDEST / 2 : 0;
  const frame: string[] = [];
  for (let number = first; number <= Math.min(line, all.length); number += 1) {
    const shown = (all[number - 1] ?? "")
      .slice(from, from + WIDEST)
      .replaceAll("\t", " ")
      .replace(/\p{Cc}/gu, "�");
    frame.push(`${String(number).padStart(width + 2)} | ${shown}`.trimEnd());
  }
  frame.push(`${" ".repeat(width + 2)} | ${" ".repeat(Math.max(0, column - 1 - from))}^`);
  return frame;
}

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

/** Something that breaks the grammar of a file. */
export interface SyntaxProblem {
  readonly message: string;
  readonly position: Position | null;
}

/** A fault that shows the line itself. Of many problems the first few are shown: the rest mostly follow from them. */
export function syntaxFault(name: string, text: string, found: readonly SyntaxProblem[]): Fault {
  const [first] = found;
  const where = first?.position ?? null;
  const place = where === null ? "" : `, line ${where.line}, column ${where.column}`;
  const lines = found.slice(0, MOST_ERRORS).flatMap(({ message, position }, at) => {
    const frame = position === null ? [] : codeFrame(text, position);
    if (at === 0) return frame;
    return [`${name}${position === null ? "" : `:${position.line}:${position.column}`}: ${message}`, ...frame];
  });
  return new Fault("TF_SPEC_SYNTAX", `${name}${place}: ${first?.message ?? "is not understood"}`, { lines });
}
