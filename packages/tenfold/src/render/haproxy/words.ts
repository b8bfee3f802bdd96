import type { Millis } from "../../units/millis.ts";

/** Text as one word of HAProxy's configuration, taken as it is: nothing in it is expanded. */
export function quoted(text: string): string {
  if (/[\0\r\n]/.test(text)) throw new RangeError("a word of HAProxy's configuration holds no line breaks");
  return /^[A-Za-z0-9_./:@,=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

export function time(value: Millis): string {
  return `${value}ms`;
}

/** A section: its header, its lines indented, an empty line after it. */
export function section(header: string, lines: readonly string[]): string {
  return [header, ...lines.map((line) => (line === "" ? "" : `  ${line}`)), ""].join("\n");
}
