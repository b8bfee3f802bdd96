import { dirname } from "node:path";
import type { Outcome } from "../../drivers/driver.ts";
import { Fault } from "../../fault/fault.ts";
import { parseLsn } from "../../fleet/backup/log-file.ts";
import type { Member } from "../../fleet/member.ts";
import { configFile, logFile } from "../../fleet/paths.ts";
import { programPath } from "../../render/program.ts";
import { type Millis, seconds } from "../../units/millis.ts";
import type { Context } from "../service.ts";

/** Runs one of PostgreSQL's own programs as the service user. Faults: TF_DISK_FULL, TF_PREPARE_FAILED with its last lines. */
export async function runPostgresProgram(
  context: Context,
  member: Member,
  options: { readonly argv: readonly string[]; readonly within: Millis },
): Promise<Outcome> {
  const outcome = await tryPostgresProgram(context, member, options);
  if (outcome.code === 0) return outcome;
  const lines = outcome.output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-10);
  if (/No space left on device/i.test(outcome.output)) {
    throw new Fault("TF_DISK_FULL", `the disk is full: ${options.argv[0]} could not prepare ${member.name}`, {
      hint: "free some space (df -h shows where), then run the same command again; nothing was lost",
      lines,
    });
  }
  throw new Fault(
    "TF_PREPARE_FAILED",
    `${options.argv[0]} failed for ${member.name}${outcome.timedOut ? ": it took too long" : ""}`,
    { lines },
  );
}

/** The same, where failing is one of the answers. */
export function tryPostgresProgram(
  context: Context,
  member: Pick<Member, "name">,
  { argv: [program = "", ...words], within }: { readonly argv: readonly string[]; readonly within: Millis },
): Promise<Outcome> {
  return context.driver.run(
    {
      argv: [`${dirname(programPath(context.fleet, "postgres"))}/${program}`, ...words],
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C.UTF-8", LC_MESSAGES: "C" },
      cwd: context.fleet.paths.home,
      runAs: "service",
      log: logFile(context.fleet.paths, member.name),
      stop: { signal: "SIGTERM", grace: seconds(5) },
      memory: false,
      cpu: false,
    },
    { timeout: within, signal: context.signal },
  );
}

/** What pg_controldata says of a data directory; `null` when it cannot be read. */
export interface ControlData {
  /** `shut down`, `in production`, `in archive recovery`, `shut down in recovery`, ... */
  readonly state: string;
  readonly timeline: number;
  /** Where the latest checkpoint record starts: a position in the log, as a number of bytes. */
  readonly checkpoint: bigint;
}

export { parseLsn };

export function parseControlData(text: string): ControlData | null {
  const field = (name: string): string | undefined => new RegExp(`^${name}:\\s+(.*)$`, "m").exec(text)?.[1]?.trim();
  const state = field("Database cluster state");
  const checkpoint = parseLsn(field("Latest checkpoint location") ?? "");
  const timeline = Number(field("Latest checkpoint's TimeLineID"));
  return state === undefined || checkpoint === undefined || !Number.isInteger(timeline)
    ? null
    : { state, timeline, checkpoint };
}

export async function readControlData(
  context: Context,
  member: Pick<Member, "name">,
  directory: string,
): Promise<ControlData | null> {
  const outcome = await tryPostgresProgram(context, member, {
    argv: ["pg_controldata", "-D", directory],
    within: seconds(10),
  });
  return outcome.code === 0 ? parseControlData(outcome.output) : null;
}

/** The rendered configuration that a member was given. */
export function postgresConfig(context: Context, member: Member): string {
  return configFile(context.fleet.paths, `${member.name}.conf`);
}
