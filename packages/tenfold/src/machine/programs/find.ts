import { access, constants, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { compareVersions, type Machine, PROGRAMS, type Program, type ProgramName } from "../../fleet/machine.ts";
import { ask } from "../ask.ts";
import { postgresDirectories, searchPath } from "./directories.ts";
import { isSupported } from "./oldest.ts";
import { parseVersion, VERSION_ARGUMENTS } from "./version.ts";

/** What a PostgreSQL directory must hold to run, clone, rejoin and inspect a server. */
export const POSTGRES_SIBLINGS: readonly string[] = [
  "initdb",
  "postgres",
  "pg_ctl",
  "pg_basebackup",
  "pg_rewind",
  "pg_controldata",
];

/** File names that a program goes by. */
const NAMES: Readonly<Record<ProgramName, readonly string[]>> = {
  haproxy: ["haproxy"],
  nginx: ["nginx", "freenginx"],
  postgres: ["postgres"],
  pgbouncer: ["pgbouncer"],
  "redis-server": ["redis-server", "valkey-server"],
  openssl: ["openssl"],
  prometheus: ["prometheus"],
  alertmanager: ["prometheus-alertmanager", "alertmanager"],
};

type ProcessEnv = Readonly<Record<string, string | undefined>>;

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Whether it is no wrapper, which would leave the other binaries unfound. */
async function isComplete(postgres: string): Promise<boolean> {
  const directory = dirname(postgres);
  return (await Promise.all(POSTGRES_SIBLINGS.map((name) => isExecutable(join(directory, name))))).every(Boolean);
}

/** Files of a program, in the order in which they are preferred. Links that lead to the same file count once. */
async function candidates(name: ProgramName, directories: readonly string[]): Promise<string[]> {
  const paths = directories.flatMap((directory) => NAMES[name].map((file) => join(directory, file)));
  const usable = await Promise.all(
    paths.map(async (path) => {
      if (!(await isExecutable(path))) return null;
      const real = await realpath(path);
      // PostgreSQL finds its siblings and libraries beside the real file; the others may look at the name they go by.
      if (name === "postgres") return (await isComplete(real)) ? { path: real, real } : null;
      return { path, real };
    }),
  );
  const seen = new Set<string>();
  return usable.flatMap((one) => {
    if (one === null || seen.has(one.real)) return [];
    seen.add(one.real);
    return [one.path];
  });
}

async function askVersion(name: ProgramName, path: string, env: ProcessEnv): Promise<Program | null> {
  const { output } = await ask([path, ...VERSION_ARGUMENTS[name]], { env });
  const version = parseVersion(name, output);
  return version === undefined ? null : { path, version };
}

/** The one to use: for PostgreSQL the newest, else the first in the PATH that is new enough, else the newest. */
function prefer(name: ProgramName, found: readonly Program[]): Program | undefined {
  const newestFirst = found.toSorted((a, b) => compareVersions(b.version, a.version));
  const best = name === "postgres" ? newestFirst[0] : (found.find((one) => isSupported(name, one)) ?? newestFirst[0]);
  if (best === undefined) return undefined;
  const others = newestFirst.filter((one) => one !== best);
  return others.length === 0 ? best : { ...best, others };
}

async function findProgram(name: ProgramName, directories: readonly string[], env: ProcessEnv) {
  const paths = await candidates(name, directories);
  const found = await Promise.all(paths.map((path) => askVersion(name, path, env)));
  return prefer(
    name,
    found.filter((one) => one !== null),
  );
}

/**
 * Finds the programs that fleets are made of, and asks each for its version, all at once. One that does not start, or
 * is something else under that name, is absent.
 */
export async function findPrograms(env: ProcessEnv): Promise<Machine["programs"]> {
  const usual = searchPath(env.PATH);
  const postgres = [...usual, ...(await postgresDirectories())];
  const found = await Promise.all(
    PROGRAMS.map(async (name) => {
      const program = await findProgram(name, name === "postgres" ? postgres : usual, env);
      return program === undefined ? [] : [[name, program] as const];
    }),
  );
  return Object.fromEntries(found.flat());
}
