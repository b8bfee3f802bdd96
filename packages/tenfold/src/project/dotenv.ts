import { escapeReferences } from "../fleet/references.ts";

/** One variable of an `.env` file. */
export interface EnvEntry {
  readonly name: string;
  /** Still with its `${NAME}` references; where they mean nothing, in single quotes, they are escaped. */
  readonly value: string;
  /** Where its name is, from 1. */
  readonly line: number;
}

export interface EnvProblem {
  readonly line: number;
  readonly message: string;
}

export interface EnvFile {
  readonly entries: readonly EnvEntry[];
  readonly problems: readonly EnvProblem[];
}

/** What one assignment was read as, and the rest of its last line. */
interface Value {
  readonly value: string;
  readonly end: number;
  readonly problem?: string;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", $: "$" };
const NAME = /^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]*$/;
const BLANK_OR_COMMENT = /^\s*(#|$)/;

/** `\n`, `\"`, ... as in a shell or a programming language; `\$` takes from `$` what it means. */
function unescaped(quoted: string): string {
  return quoted.replace(/\\(\$\{|[nrt"\\$])/g, (_, what: string) => (what === "${" ? "$${" : (ESCAPES[what] ?? what)));
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}

/** Where a quote that opens at `start` is closed; -1 when it never is. */
function closingQuote(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\" && quote === '"') at += 1;
    else if (text[at] === quote) return at;
  }
  return -1;
}

function readQuoted(text: string, start: number): Value {
  const quote = text[start] ?? "";
  const close = closingQuote(text, start);
  if (close === -1) return { value: "", end: text.length, problem: `starts with ${quote}, which is never closed` };
  const inner = text.slice(start + 1, close);
  const value = quote === '"' ? unescaped(inner) : escapeReferences(inner);
  const end = lineEnd(text, close);
  if (BLANK_OR_COMMENT.test(text.slice(close + 1, end))) return { value, end };
  return { value, end, problem: `has more text after its closing ${quote}; put all of it in quotes` };
}

function readValue(text: string, afterEquals: number): Value {
  const end = lineEnd(text, afterEquals);
  const rest = text.slice(afterEquals, end);
  const start = afterEquals + rest.length - rest.trimStart().length;
  if (text[start] === '"' || text[start] === "'") return readQuoted(text, start);
  const comment = /(^|\s)#/.exec(rest);
  return { value: (comment === null ? rest : rest.slice(0, comment.index)).trim(), end };
}

function nameProblem(name: string, isAssignment: boolean): string | undefined {
  if (NAME.test(name)) return isAssignment ? undefined : `${name} has no value; write ${name}=value`;
  if (!isAssignment && /^[A-Za-z_]\w*\s*:/.test(name)) return "has a : where a = must be; write NAME=value";
  if (!isAssignment) return "is no variable; write NAME=value, or # before a comment";
  const shown = JSON.stringify(name.slice(0, 40));
  return `${shown} is no name of a variable; it must be letters, digits and _, and not start with a digit`;
}

/**
 * Parses an `.env` file: `NAME=value`, `export NAME=value`, comments, single quotes (nothing in them means anything),
 * double quotes (escapes and references do), and both over several lines. All problems come back at once.
 */
export function parseEnv(source: string): EnvFile {
  const text = source.replaceAll(/\r\n?/g, "\n");
  const entries: EnvEntry[] = [];
  const problems: EnvProblem[] = [];
  let line = 1;
  for (let at = 0; at < text.length; ) {
    const whole = text.slice(at, lineEnd(text, at));
    let end = at + whole.length;
    if (!BLANK_OR_COMMENT.test(whole)) {
      const equals = whole.indexOf("=");
      const head = equals === -1 ? whole : whole.slice(0, equals);
      const name = head.trim().replace(/^export\s+/, "");
      const wrong = nameProblem(name, equals !== -1);
      if (wrong !== undefined) problems.push({ line, message: wrong });
      else {
        const read = readValue(text, at + equals + 1);
        if (read.problem !== undefined) problems.push({ line, message: `${name} ${read.problem}` });
        else if (read.value.includes("\0")) problems.push({ line, message: `${name} holds a zero byte` });
        else entries.push({ name, value: read.value, line });
        end = read.end;
      }
    }
    line += text.slice(at, end).split("\n").length;
    at = end + 1;
  }
  return { entries, problems };
}
