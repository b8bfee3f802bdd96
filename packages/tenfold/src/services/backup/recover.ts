import { Fault } from "../../fault/fault.ts";
import { formatMoment } from "../../fleet/backup/choose.ts";
import type { Context } from "../service.ts";
import { commandWord, lastLines, postgresProgram, toolFault, tryTool } from "./tools.ts";

/** How far the log is played back. */
export type RecoveryTarget =
  | { readonly kind: "backup" }
  | { readonly kind: "latest" }
  | { readonly kind: "time"; readonly at: number }
  /** All that was written before this position. */
  | { readonly kind: "position"; readonly lsn: string };

export interface Recovery {
  /** Holds `postgres` and `log`. */
  readonly root: string;
  readonly to: RecoveryTarget;
  readonly timeline: number;
  /** Settings that the data may need to be opened at all. */
  readonly settings: Readonly<Record<string, string>>;
}

function targetSettings({ to, timeline }: Recovery): Record<string, string> {
  const along = { recovery_target_timeline: `${timeline}`, recovery_target_action: "promote" };
  switch (to.kind) {
    case "backup":
      return { ...along, recovery_target: "immediate" };
    case "latest":
      return along;
    case "time":
      return { ...along, recovery_target_time: new Date(to.at).toISOString().replace("T", " ").replace("Z", "+00") };
    case "position":
      return { ...along, recovery_target_lsn: to.lsn, recovery_target_inclusive: "off" };
    default:
      return to satisfies never;
  }
}

/** Of the file's settings, those without which the log cannot be played back. */
const NEEDED = ["max_prepared_transactions", "shared_preload_libraries", "wal_level"];

/**
 * Plays the log back over the data, to its target and no further, and ends with a server that was cleanly shut down on
 * a timeline of its own. No server runs meanwhile: PostgreSQL does it in a single process, which nobody can connect to.
 * Faults: TF_RESTORE_TIME when the log ends before the target, TF_BACKUP_DAMAGED, TF_RESTORE_FAILED.
 */
export async function recover(context: Context, recovery: Recovery): Promise<void> {
  const { root, to, settings } = recovery;
  const data = `${root}/postgres`;
  const log = commandWord(`${root}/log`);
  const needed = Object.entries(settings).filter(([name]) => NEEDED.includes(name));
  const all = {
    restore_command: `cp ${log}/%f %p`,
    hot_standby: "off",
    wal_level: "replica",
    wal_log_hints: "on",
    archive_mode: "on",
    archive_command: "false",
    synchronous_standby_names: "",
    log_destination: "stderr",
    logging_collector: "off",
    log_timezone: "UTC",
    lc_messages: "C",
    ...Object.fromEntries(needed),
    ...targetSettings(recovery),
  };
  await context.driver.writeFiles([{ path: `${data}/recovery.signal`, content: "", mode: 0o600, owner: "service" }]);
  await context.driver.removeDirectory(`${data}/standby.signal`);
  const options = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const argv = [postgresProgram(context, "postgres"), "--single", "-D", data, ...options, "postgres"];
  const outcome = await tryTool(context, { argv, runAs: "service" });
  if (outcome.code === 0) return;
  if (/recovery ended before configured recovery target was reached/.test(outcome.output)) {
    const last = /last completed transaction was at log time (.+)/.exec(outcome.output)?.[1];
    const wanted = to.kind === "time" ? `before ${formatMoment(to.at)}` : "before that moment";
    throw new Fault("TF_RESTORE_TIME", `the log that is kept ends ${wanted}`, {
      hint: `${last === undefined ? "nothing was written after the backup" : `the last transaction in it is of ${last}`}; --to latest restores all of it`,
    });
  }
  if (/could not locate a valid checkpoint|invalid checkpoint|incorrect resource manager|PANIC/.test(outcome.output))
    throw new Fault("TF_BACKUP_DAMAGED", "PostgreSQL cannot make a database of what was saved", {
      lines: lastLines(outcome),
      hint: "use another backup: tenfold backup --list",
    });
  throw toolFault(outcome, "TF_RESTORE_FAILED", "the log could not be played back");
}
