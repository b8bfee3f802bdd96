import { copyPlain } from "../spec/plain.ts";
import { positionAt, type SyntaxProblem, syntaxFault } from "./code-frame.ts";
import type { Position, Source } from "./source.ts";
import { locatorOf } from "./yaml.ts";

/** `Expected ',' or '}' after property value in JSON at position 14 (line 2 column 3)`, as V8 says it. */
function problemOf(thrown: unknown, text: string): SyntaxProblem {
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  const offset = / at position (\d+)/.exec(said)?.[1];
  const ended = /end of (JSON )?(input|data)/i.test(said);
  const position: Position | null =
    offset !== undefined ? positionAt(text, Number(offset)) : ended ? positionAt(text, text.length) : null;
  const message = said.replace(/( in JSON)? at position .*/s, "").replace(/, ".*" is not valid JSON$/s, "");
  const what = `${message.charAt(0).toLowerCase()}${message.slice(1)}`;
  const comment = position !== null && /^\/[/*]/.test(text.slice(Number(offset)));
  return { message: comment ? "JSON has no comments; tenfold.yaml has" : what, position };
}

/** Reads JSON, in which a key must not be written twice. Faults: TF_SPEC_SYNTAX. */
export function readJson(text: string, name: string): Source {
  if (text.trim() === "")
    return { name, value: null, findings: [], locate: () => undefined, written: () => undefined, notes: [] };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (thrown) {
    throw syntaxFault(name, text, [problemOf(thrown, text)]);
  }
  const { errors, ...locator } = locatorOf(text);
  const twice = errors.filter(({ code }) => code === "DUPLICATE_KEY");
  if (twice.length > 0) {
    const found = twice.map(({ pos: [offset] }) => ({
      message: `the key ${/^"[^"]*"/.exec(text.slice(offset, offset + 80))?.[0] ?? ""} is written twice`,
      position: positionAt(text, offset),
    }));
    throw syntaxFault(name, text, found);
  }
  const { plain, findings } = copyPlain(value);
  return { name, value: plain, findings, ...locator, notes: [] };
}
