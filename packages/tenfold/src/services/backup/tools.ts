import { chown } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable, Writable } from "node:stream";
import type { Outcome } from "../../drivers/driver.ts";
import type { FaultCode } from "../../fault/catalogue.ts";
import { Fault } from "../../fault/fault.ts";
import type { RunAs } from "../../fleet/launch.ts";
import type { User } from "../../fleet/machine.ts";
import { programPath } from "../../render/program.ts";
import { type Millis, seconds } from "../../units/millis.ts";
import type { Context } from "../service.ts";

/** Copies can be large. */
export const COPY_WITHIN: Millis = seconds(24 * 3600);

export interface Tool {
  readonly argv: readonly string[];
  readonly runAs: RunAs;
  readonly within?: Millis;
  readonly source?: Readable;
  readonly sink?: Writable;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end, whatever that is. */
export function tryTool({ driver, fleet, signal }: Context, tool: Tool): Promise<Outcome> {
  const { argv, runAs, within = COPY_WITHIN, env = {}, ...streams } = tool;
  return driver.run(
    {
      argv,
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C.UTF-8", LC_MESSAGES: "C", ...env },
      cwd: fleet.paths.home,
      runAs,
      log: `${fleet.paths.home}/logs/backup.log`,
      stop: { signal: "SIGTERM", grace: seconds(5) },
      memory: false,
      cpu: false,
    },
    { timeout: within, signal, ...streams },
  );
}

/** The last lines that a program wrote. */
export function lastLines({ output }: Outcome, count = 10): string[] {
  return output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count);
}

/** What a program's failure means to whoever asked for it. Faults: TF_DISK_FULL, or the given one. */
export function toolFault(outcome: Outcome, code: FaultCode, what: string): Fault {
  const lines = lastLines(outcome);
  if (/No space left on device|Disk quota exceeded/i.test(outcome.output))
    return new Fault("TF_DISK_FULL", `the disk is full: ${what}`, {
      hint: "free some space (df -h shows where), then run the same command again; nothing was lost",
      lines,
    });
  const why = outcome.timedOut ? "it took too long" : `it ended with ${outcome.code ?? outcome.signal}`;
  return new Fault(code, `${what}: ${why}`, { lines });
}

/** One of PostgreSQL's own programs. */
export function postgresProgram({ fleet }: Context, name: string): string {
  return `${dirname(programPath(fleet, "postgres"))}/${name}`;
}

/** `redis-check-rdb`, which is installed beside the server; Valkey's has another name. */
export function redisCheckProgram({ fleet }: Context): string {
  const server = programPath(fleet, "redis-server");
  return `${dirname(server)}/${server.endsWith("valkey-server") ? "valkey" : "redis"}-check-rdb`;
}

/** Gives a file that the engine wrote to a user. */
export async function give(path: string, { uid, gid }: User): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, uid, gid);
}

/** A word for the shell. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A word for the shell in a command of PostgreSQL, in which `%` has a meaning. */
export function commandWord(text: string): string {
  return shellWord(text).replaceAll("%", "%%");
}
