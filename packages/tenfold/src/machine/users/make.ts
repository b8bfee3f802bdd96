import { access, constants } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Fault } from "../../fault/fault.ts";
import type { User } from "../../fleet/machine.ts";
import { ask } from "../ask.ts";
import { lookUpUser } from "./passwd.ts";

async function firstThere(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    const there = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (there) return path;
  }
  return null;
}

/** The commands that make a system user without a shell, a password or a home; `null` where the system has none. */
async function creation(name: string, home: string): Promise<readonly (readonly string[])[] | null> {
  const shell = (await firstThere(["/usr/sbin/nologin", "/sbin/nologin"])) ?? "/bin/false";
  const useradd = await firstThere(["/usr/sbin/useradd", "/sbin/useradd"]);
  if (useradd !== null) {
    const options = ["--system", "--user-group", "--no-create-home", "--home-dir", home, "--shell", shell];
    return [[useradd, ...options, name]];
  }
  const adduser = await firstThere(["/usr/sbin/adduser", "/sbin/adduser"]);
  const addgroup = await firstThere(["/usr/sbin/addgroup", "/sbin/addgroup"]);
  if (adduser === null || addgroup === null) return null;
  return [
    [addgroup, "-S", name],
    [adduser, "-S", "-D", "-H", "-h", home, "-s", shell, "-G", name, name],
  ];
}

/**
 * Runs the rest of its arguments unless the user exists by then. Two `useradd` of one name at a time both succeed, and
 * the second changes the uid, so they take turns: by a lock on the very file, which a `useradd` replaces.
 */
const UNLESS_THERE = `
exec 9</etc/passwd
flock 9 2>/dev/null
name=$1; shift
grep -q "^$name:" /etc/passwd || "$@"
`;

/** Makes a system user with a group of its own; one that exists is left alone. Its home is not made. Faults: TF_USER. */
export async function makeSystemUser(name: string, home: string): Promise<User> {
  const existing = await lookUpUser(name);
  if (existing !== null) return existing;
  const commands = await creation(name, home);
  if (commands === null) {
    throw new Fault("TF_USER", `the user ${name} does not exist, and this system has no useradd to make it`, {
      hint: "Make an unprivileged user and write user: NAME into the file, or start Tenfold as a user other than root.",
    });
  }
  // Somebody else's useradd may hold the lock on /etc/passwd for a moment.
  let said = "";
  for (let attempt = 0; attempt < 20; attempt += 1) {
    for (const command of commands) {
      said = (await ask(["/bin/sh", "-c", UNLESS_THERE, "sh", name, ...command], { env: process.env })).output;
    }
    const made = await lookUpUser(name);
    if (made !== null) return made;
    await sleep(100);
  }
  throw new Fault("TF_USER", `the user ${name} could not be made`, { lines: said.trim().split("\n") });
}
