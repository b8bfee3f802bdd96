import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { chownSync, closeSync, openSync } from "node:fs";
import { Fault } from "../../fault/fault.ts";
import { systemFault } from "../../fault/system.ts";
import type { Launch, RunAs } from "../../fleet/launch.ts";
import type { User } from "../../fleet/machine.ts";
import { Secret } from "../../units/secret.ts";

export type Users = Readonly<Record<RunAs, User>>;

/** Opens a member's log for appending, owned by the user that will write to it. */
export function openLog(path: string, owner: User): number {
  try {
    const descriptor = openSync(path, "a", 0o640);
    if (process.getuid?.() === 0) chownSync(path, owner.uid, owner.gid);
    return descriptor;
  } catch (error) {
    throw systemFault(error, path);
  }
}

function reveal(env: Launch["env"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]),
  );
}

/** Starts a program in a session of its own, and resolves once the kernel has executed it. Fault: TF_MISSING_PROGRAM. */
export async function spawnSession(
  launch: Launch,
  users: Users,
  stdio: StdioOptions,
): Promise<ChildProcess & { pid: number }> {
  const [program, ...words] = launch.argv;
  if (program === undefined) throw new Error("a launch without a program");
  const user = users[launch.runAs];
  const switches = process.getuid?.() === 0 && user.uid !== 0;
  const child = spawn(program, words, {
    cwd: launch.cwd,
    env: reveal(launch.env),
    detached: true,
    stdio,
    ...(switches ? { uid: user.uid, gid: user.gid } : {}),
  });
  if (child.pid !== undefined) return child as ChildProcess & { pid: number };
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => child.once("error", resolve));
  if (error.code === "ENOENT" || error.code === "EACCES") {
    throw new Fault("TF_MISSING_PROGRAM", `${program} could not be started in ${launch.cwd}: ${error.code}`, {
      hint: `check that ${program} is installed, and that the directory exists and can be read by ${user.name}`,
    });
  }
  throw systemFault(error, program);
}

/** Runs `use` with an open log, and closes it however that ends. The child has its own copy by then. */
export async function withLog<T>(path: string, owner: User, use: (descriptor: number) => Promise<T>): Promise<T> {
  const descriptor = openLog(path, owner);
  try {
    return await use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
