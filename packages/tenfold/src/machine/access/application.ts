import { open, readdir, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { User } from "../../fleet/machine.ts";
import type { Command } from "../../spec/scalars.ts";
import { quote } from "../../units/quote.ts";
import { searchPath } from "../programs/directories.ts";
import { firstClosed, rightsOf } from "./reach.ts";

export interface ApplicationRequest {
  readonly project: string;
  /** Who the application should run as. */
  readonly user: User;
  /** Its commands, and the directories (relative to the project) where they run. */
  readonly processes: readonly { readonly command: Command; readonly directory: string }[];
  /** Where its programs are looked for: `PATH`. */
  readonly path: string | undefined;
  /** Names in the project that are none of the application's business. */
  readonly closed?: readonly string[];
}

/** Whether the application can run as that user; if not, it has to run as whoever runs the engine, and notes say why. */
export interface ApplicationAccess {
  readonly allowed: boolean;
  /** Sentences for people. */
  readonly notes: readonly string[];
}

/** `node` of `NODE_ENV=production exec node server.js`; `undefined` when that takes a shell to know. */
export function programOf(command: Command): string | undefined {
  if (typeof command !== "string") return command[0];
  const words = command.trim().split(/\s+/);
  const first = words.find((word) => !/^[A-Za-z_][A-Za-z0-9_]*=/.test(word) && word !== "exec" && word !== "env");
  return first !== undefined && /^[\w@%+.:/~-]+$/.test(first) ? first : undefined;
}

async function isThere(path: string): Promise<boolean> {
  return realpath(path).then(
    () => true,
    () => false,
  );
}

async function locate(program: string, directory: string, path: string | undefined): Promise<string | null> {
  if (program.includes("/")) return (await isThere(resolve(directory, program))) ? resolve(directory, program) : null;
  for (const parent of searchPath(path)) {
    if (await isThere(join(parent, program))) return join(parent, program);
  }
  return null;
}

/** The interpreter that a script's first line names. */
async function interpreterOf(file: string, path: string | undefined): Promise<string | null> {
  const handle = await open(file).catch(() => null);
  if (handle === null) return null;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    const words = /^#!\s*(\S+)(?:\s+(?:-S\s+)?(\S+))?/.exec(buffer.subarray(0, bytesRead).toString("latin1"));
    if (words?.[1] === undefined) return null;
    return words[1].endsWith("/env") && words[2] !== undefined ? locate(words[2], "/", path) : words[1];
  } finally {
    await handle.close();
  }
}

/** The program and what runs it, as real files: what the user must be able to execute. */
async function filesOf(request: ApplicationRequest): Promise<{ program: string; file: string }[]> {
  const found: { program: string; file: string }[] = [];
  for (const { command, directory } of request.processes) {
    const program = programOf(command);
    if (program === undefined || found.some((one) => one.program === program)) continue;
    let file = await locate(program, resolve(request.project, directory), request.path);
    for (let depth = 0; file !== null && depth < 4; depth += 1) {
      found.push({ program, file: await realpath(file).catch(() => file ?? "") });
      const script: string = file;
      file = await interpreterOf(script, request.path);
    }
  }
  return found.filter(({ file }) => isAbsolute(file));
}

/** Names in the project's directory that the user cannot read; those with a dot are the developer's own business. */
async function unreadable({ project, user, closed = [] }: ApplicationRequest): Promise<string[]> {
  const names = (await readdir(project))
    .filter((name) => !name.startsWith(".") && !closed.includes(name))
    .slice(0, 500);
  const rights = await rightsOf(
    user,
    names.map((name) => join(project, name)),
  );
  return names.filter((_, at) => rights[at]?.read === false);
}

/**
 * Whether a user can read the project and execute what its commands name (and the interpreter of a script: an `nvm`,
 * `pyenv` or virtual environment below `/root` is out of reach for everybody else). Faults: TF_USER.
 */
export async function checkApplicationAccess(request: ApplicationRequest): Promise<ApplicationAccess> {
  const { project, user } = request;
  const instead = `so the application runs as ${process.getuid?.() === 0 ? "root" : "the current user"}`;
  const closed = await firstClosed(project, user);
  if (closed !== null) {
    const note = `User ${user.name} cannot pass ${closed}, ${instead}. To change that: chmod o+x ${quote(closed)}`;
    return { allowed: false, notes: [note] };
  }
  const [rights] = await rightsOf(user, [project]);
  if (rights?.read !== true) {
    const note = `User ${user.name} cannot read ${project}, ${instead}. To change that: chmod o+r ${quote(project)}`;
    return { allowed: false, notes: [note] };
  }
  for (const { program, file } of await filesOf(request)) {
    const [executable] = await rightsOf(user, [file]);
    if (executable?.execute === true) continue;
    const barrier = await firstClosed(dirname(file), user);
    const where = barrier === null ? "cannot execute it" : `cannot pass ${barrier}`;
    return { allowed: false, notes: [`${program} is ${file}, and user ${user.name} ${where}, ${instead}.`] };
  }
  const hidden = await unreadable(request);
  if (hidden.length === 0) return { allowed: true, notes: [] };
  const names =
    hidden.length > 3 ? `${hidden.slice(0, 3).join(", ")} and ${hidden.length - 3} more` : hidden.join(", ");
  const fix = hidden.slice(0, 3).map((name) => quote(join(project, name)));
  return {
    allowed: true,
    notes: [
      `The application runs as user ${user.name}, who cannot read ${names}. To change that: chmod -R o+rX ${fix.join(" ")}`,
    ],
  };
}
