import { systemCode } from "../../fault/system.ts";
import type { Running } from "../../fleet/state.ts";
import { Snapshot } from "./family.ts";
import { readStat } from "./proc.ts";

/** Whether that very process is alive: same pid and same start time, and no zombie. */
export function isProcessAlive({ pid, startTime }: { readonly pid: number; readonly startTime: number }): boolean {
  const stat = readStat(pid);
  return stat !== undefined && stat.startTime === startTime && stat.state !== "Z";
}

/** Sends a signal to one process; its absence is success. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (systemCode(error) !== "ESRCH") throw error;
  }
}

/**
 * Sends a signal to all processes of a member. With SIGKILL nothing of it is left: what is forked meanwhile is met by
 * looking again. `orphans`: as `Snapshot.family` says.
 */
export function signalFamily(running: Running, signal: NodeJS.Signals, orphans: boolean): void {
  for (let look = 0; look < 5; look += 1) {
    const family = new Snapshot().family(running, orphans);
    for (const { pid } of family) signalProcess(pid, signal);
    if (signal !== "SIGKILL" || family.length === 0) return;
  }
}
