import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { Fault } from "../../fault/fault.ts";
import { formatDuration, type Millis, seconds } from "../../units/millis.ts";
import { codeFrame, syntaxFault } from "../code-frame.ts";
import { type Source, sourceOf } from "../source.ts";
import type { Thrown } from "./answer.ts";
import { type Ended, EVALUATE, runProgram } from "./run.ts";
import { type Frame, shownPath, syntaxPlace, userFrames } from "./stack.ts";

const DEADLINE = seconds(30);
const MOST_FRAMES = 6;
const MOST_OUTPUT_LINES = 12;

/** A fleet file that is a program. */
export interface Program {
  /** Absolute. */
  readonly file: string;
  readonly name: string;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly deadline?: Millis | undefined;
  readonly signal?: AbortSignal | undefined;
}

async function frameLines(frame: Frame): Promise<string[]> {
  try {
    return codeFrame(await readFile(frame.file, "utf8"), frame.position);
  } catch {
    return [];
  }
}

function outputLines(ended: Ended): string[] {
  return ended.output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-MOST_OUTPUT_LINES);
}

function saidLines(ended: Ended): string[] {
  const lines = outputLines(ended);
  return lines.length === 0 ? [] : ["its output:", ...lines.map((line) => `  ${line}`)];
}

/** A module with a syntax error tells its place only when it is run by itself. */
async function checkedPlace(file: string): Promise<Frame | undefined> {
  try {
    await promisify(execFile)(process.execPath, ["--check", file], { env: {}, timeout: 10_000 });
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error && "stderr" in thrown ? syntaxPlace(String(thrown.stderr)) : undefined;
  }
}

async function syntaxFaultOf(program: Program, thrown: Thrown): Promise<Fault | undefined> {
  const place = syntaxPlace(thrown.stack) ?? (await checkedPlace(program.file));
  if (place === undefined) return undefined;
  const text = await readFile(place.file, "utf8");
  const message =
    thrown.code === "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX"
      ? `${thrown.message.replace(/ in strip-only mode$/, "")}: Node.js runs the file by taking its types away, so only syntax that leaves no code behind is possible`
      : thrown.message;
  return syntaxFault(shownPath(place.file, program.directory), text, [{ message, position: place.position }]);
}

function missingPackage(program: Program, thrown: Thrown): Fault | undefined {
  const found = /^Cannot find (package|module) '([^']+)' imported from (.*)$/.exec(thrown.message);
  if (thrown.code !== "ERR_MODULE_NOT_FOUND" || found === null) return undefined;
  const [, kind, wanted = "", from = ""] = found;
  const isPackage = kind === "package";
  const what = isPackage ? wanted : shownPath(wanted, program.directory);
  return new Fault(
    "TF_SPEC_THROWS",
    `${shownPath(from, program.directory)} imports ${what}, which ${isPackage ? "is not installed" : "does not exist"}`,
    {
      hint: isPackage
        ? `run npm install ${wanted} in ${program.directory}`
        : "the path must have its ending, such as .ts",
    },
  );
}

async function throwsFault(program: Program, thrown: Thrown, ended: Ended): Promise<Fault> {
  if (thrown.name === "SyntaxError") {
    const fault = await syntaxFaultOf(program, thrown);
    if (fault !== undefined) return fault;
  }
  const missing = missingPackage(program, thrown);
  if (missing !== undefined) return missing;
  const frames = userFrames(thrown.stack, EVALUATE).slice(0, MOST_FRAMES);
  const [first] = frames;
  const [headline = "", ...more] = thrown.message.split("\n");
  const lines = [
    ...more.slice(0, MOST_OUTPUT_LINES),
    ...(first === undefined ? [] : await frameLines(first)),
    ...frames.map(({ file, position, name }) => {
      const place = `${shownPath(file, program.directory)}:${position.line}:${position.column}`;
      return name === "" ? `at ${place}` : `at ${name} (${place})`;
    }),
    ...saidLines(ended),
  ];
  const what = thrown.name === "" ? headline : `${thrown.name}: ${headline}`;
  return new Fault("TF_SPEC_THROWS", `${program.name} threw ${what}`, {
    lines,
    hint: "the file is a program that must export a fleet; it runs in the project's directory, with the variables of .env",
  });
}

function silentFault(program: Program, ended: Ended, deadline: Millis): Fault {
  const how = ended.timedOut
    ? `did not finish within ${formatDuration(deadline)}`
    : `ended (${ended.signal ?? `exit code ${ended.code}`}) before it had exported a fleet`;
  return new Fault("TF_SPEC_THROWS", `${program.name} ${how}`, { lines: saidLines(ended) });
}

/**
 * What a program exports as its default: a fleet, a promise of one, or a function that makes either.
 * Faults: TF_SPEC_THROWS, TF_SPEC_SYNTAX, TF_SPEC_INVALID.
 */
export async function loadProgram(program: Program): Promise<Source> {
  const deadline = program.deadline ?? DEADLINE;
  const ended = await runProgram(program.file, {
    directory: program.directory,
    env: program.env,
    deadline,
    signal: program.signal,
  });
  const { answer } = ended;
  if (answer === null) throw silentFault(program, ended, deadline);
  switch (answer.kind) {
    case "threw":
      throw await throwsFault(program, answer.thrown, ended);
    case "unsettled":
      throw new Fault("TF_SPEC_THROWS", `${program.name} waits for a promise that nothing settles`, {
        lines: saidLines(ended),
      });
    case "no-default": {
      const names = answer.names.length === 0 ? "nothing" : answer.names.slice(0, 5).join(", ");
      throw new Fault("TF_SPEC_INVALID", `${program.name} exports ${names}, but no default`, {
        hint: "write export default defineFleet({ web: { command: ... } })",
      });
    }
    case "value": {
      const notes = outputLines(ended).map((line) => `${program.name} said: ${line}`);
      return { ...sourceOf(program.name, answer.value, notes), findings: answer.findings };
    }
    default:
      return answer satisfies never;
  }
}
