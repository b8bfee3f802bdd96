import type { Finding } from "../spec/path.ts";
import type { Plain } from "../spec/plain.ts";
import { type SyntaxProblem, syntaxFault } from "./code-frame.ts";
import type { Position, Source } from "./source.ts";

/** Process types that say by their name that one of them enqueues work by the clock. */
const SCHEDULERS: ReadonlySet<string> = new Set(["clock", "scheduler", "beat"]);

interface Entry {
  readonly type: string;
  readonly command: string;
  readonly position: Position;
}

function readEntries(text: string, name: string): Entry[] {
  const entries: Entry[] = [];
  const wrong: SyntaxProblem[] = [];
  for (const [at, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.trim() === "" || line.trim().startsWith("#")) continue;
    const position = { line: at + 1, column: line.length - line.trimStart().length + 1 };
    const match = /^\s*([A-Za-z0-9_-]+)\s*:(.*)$/s.exec(line);
    const type = match?.[1] ?? "";
    const command = match?.[2]?.trim() ?? "";
    const first = entries.find((entry) => entry.type === type);
    if (match === null) wrong.push({ message: "is no process; write name: command", position });
    else if (command === "") wrong.push({ message: `${type} has no command`, position });
    else if (first !== undefined)
      wrong.push({ message: `${type} is written twice, first on line ${first.position.line}`, position });
    else entries.push({ type, command, position });
  }
  if (wrong.length > 0) throw syntaxFault(name, text, wrong);
  return entries;
}

/** `Video_Encoder` becomes `video-encoder`. */
function workerName(type: string): string {
  return type.toLowerCase().replaceAll("_", "-");
}

/** Where a process type of a Procfile belongs. */
function placeOf(type: string, isSchedulerTaken: boolean): readonly [string] | readonly ["workers", string] {
  if (type === "web" || type === "release") return [type];
  if (SCHEDULERS.has(type) && !isSchedulerTaken) return ["scheduler"];
  return ["workers", workerName(type)];
}

/**
 * Reads a Procfile: `web`, `release`, the scheduler (`clock`, `scheduler` or `beat`), and any other name as a worker.
 * Faults: TF_SPEC_SYNTAX.
 */
export function readProcfile(text: string, name: string): Source {
  const single: Record<string, Plain> = {};
  const workers: Record<string, Plain> = {};
  const positions = new Map<string, Position>();
  const findings: Finding[] = [];
  const notes: string[] = [];
  for (const { type, command, position } of readEntries(text, name)) {
    const path = placeOf(type, single.scheduler !== undefined);
    const key = path.join(".");
    if (positions.has(key))
      findings.push({ path, message: `is what ${type} becomes, and another line too; rename one` });
    positions.set(key, position);
    if (path.length === 1) single[path[0]] = command;
    else workers[path[1]] = command;
    if (path.length === 1 && path[0] === "scheduler" && type !== "scheduler")
      notes.push(`${name}: ${type} is the scheduler, of which exactly one runs.`);
    if (path.length === 2 && path[1] !== type) notes.push(`${name}: ${type} is the worker ${path[1]}.`);
  }
  const value = positions.size === 0 ? null : { ...single, ...(Object.keys(workers).length > 0 ? { workers } : {}) };
  return {
    name,
    value,
    findings,
    locate: (path) => positions.get(path.join(".")),
    written: () => undefined,
    notes,
  };
}
