import { readdir } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

/** Where services are, although the PATH of an ordinary user often lacks it. */
const FURTHER: readonly string[] = [
  "/usr/local/sbin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/bin",
  "/sbin",
  "/bin",
  "/opt/homebrew/sbin",
  "/opt/homebrew/bin",
];

/**
 * Parents and names of directories that hold PostgreSQL's servers, one for each major version: Debian, the RPMs of
 * postgresql.org, Alpine, openSUSE, Homebrew on ARM and on Intel, Postgres.app.
 */
const POSTGRES: readonly (readonly [parent: string, name: RegExp, rest: string])[] = [
  ["/usr/lib/postgresql", /^\d+$/, "bin"],
  ["/usr", /^pgsql-\d+$/, "bin"],
  ["/usr/libexec", /^postgresql\d*$/, ""],
  ["/usr/lib", /^postgresql\d+$/, "bin"],
  ["/opt/homebrew/opt", /^postgresql(@\d+)?$/, "bin"],
  ["/usr/local/opt", /^postgresql(@\d+)?$/, "bin"],
  ["/Applications/Postgres.app/Contents/Versions", /^\d+$/, "bin"],
];

/** Directories to search for programs, in order, each once: the user's PATH first. */
export function searchPath(path: string | undefined): string[] {
  const own = (path ?? "").split(delimiter).filter(isAbsolute);
  return [...new Set([...own, ...FURTHER])];
}

/** Directories of PostgreSQL servers that distributions keep out of the PATH. */
export async function postgresDirectories(): Promise<string[]> {
  const found = await Promise.all(
    POSTGRES.map(async ([parent, name, rest]) => {
      const entries = await readdir(parent).catch(() => []);
      return entries.filter((entry) => name.test(entry)).map((entry) => join(parent, entry, rest));
    }),
  );
  return found.flat();
}
