import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Fault } from "../../fault/fault.ts";
import type { User } from "../../fleet/machine.ts";
import { ask } from "../ask.ts";

/** What a user may do with a path. `execute` of a directory means to pass through it. All false when it is not there. */
export interface Rights {
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
}

async function ownRights(path: string): Promise<Rights> {
  const may = (mode: number): Promise<boolean> =>
    access(path, mode).then(
      () => true,
      () => false,
    );
  const [read, write, execute] = await Promise.all([constants.R_OK, constants.W_OK, constants.X_OK].map(may));
  return { read: read === true, write: write === true, execute: execute === true };
}

/** Prints three letters for each of its arguments. */
const TRY_EACH = `
for path; do
  rights=
  [ -r "$path" ] && rights=r
  [ -w "$path" ] && rights=\${rights}w
  [ -x "$path" ] && rights=\${rights}x
  echo "=$rights"
done
`;

/**
 * What a user may do with each path, as the kernel says when that user tries: access control lists and network file
 * systems count, which the mode alone would not tell. Trying as somebody else needs root. Faults: TF_USER.
 */
export async function rightsOf(user: User, paths: readonly string[]): Promise<Rights[]> {
  if (user.uid === process.getuid?.()) return Promise.all(paths.map(ownRights));
  const { code, output } = await ask(["/bin/sh", "-c", TRY_EACH, "sh", ...paths], { env: {}, as: user });
  const lines = output.split("\n").filter((line) => line.startsWith("="));
  if (code === null || lines.length !== paths.length) {
    throw new Fault("TF_USER", `processes cannot be started as user ${user.name} (uid ${user.uid})`, {
      hint: "Root without the capability to switch users (CAP_SETUID) cannot; start Tenfold as an ordinary user then.",
    });
  }
  return lines.map((line) => ({ read: line.includes("r"), write: line.includes("w"), execute: line.includes("x") }));
}

/** A path and all directories above it, from the root down. */
export function withParents(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...withParents(parent), path];
}

/** Whether the user can pass through all parents and read the directory or file itself. */
export async function canReach(path: string, user: User): Promise<boolean> {
  const [rights] = await rightsOf(user, [path]);
  if (rights === undefined || !rights.read) return false;
  return rights.execute || !(await stat(path)).isDirectory();
}

/** The first directory on the way to a path (itself included when it is one) that the user cannot pass; `null`: none. */
export async function firstClosed(path: string, user: User): Promise<string | null> {
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const way = withParents(isDirectory ? path : dirname(path));
  const rights = await rightsOf(user, way);
  return way.find((_, at) => rights[at]?.execute === false) ?? null;
}
