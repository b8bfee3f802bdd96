import type { Millis } from "../../units/millis.ts";

/** Text as one word of nginx's configuration. Variables in it are expanded where the directive knows variables. */
export function quoted(text: string): string {
  if (/[\0\r\n]/.test(text)) throw new RangeError("a word of nginx's configuration holds no line breaks");
  return /^[A-Za-z0-9_./:@,=+-]+$/.test(text) ? text : `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

export function time(value: Millis): string {
  return `${value}ms`;
}

/** Directives end with a semicolon; lines of a block have theirs already. */
export function block(header: string, lines: readonly string[]): string[] {
  return [`${header} {`, ...lines.map((line) => `  ${line}`), "}"];
}

/** A `map`: the first pattern that fits decides. */
export function map(from: string, to: string, cases: readonly (readonly [pattern: string, value: string])[]): string[] {
  return block(
    `map ${from} ${to}`,
    cases.map(([pattern, value]) => `${pattern} ${value};`),
  );
}
