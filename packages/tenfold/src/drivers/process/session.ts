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

const MOST_LOOKS = 5;

/**
 * Sends a signal to all processes of a member. With SIGKILL nothing of it goes on: what is forked meanwhile is met by
 * looking again, until nobody new is there. `orphans`: as `Snapshot.family` says.
 */
export function signalFamily(running: Running, signal: NodeJS.Signals, orphans: boolean): void {
  const met = new Set<number>();
  for (let look = 0; look < MOST_LOOKS; look += 1)
    if (signalAll(running, { signal, orphans, met }) === 0 || signal !== "SIGKILL") return;
}

/**
 * Sends SIGKILL to all that is left of a member, and gives how many that were. Who has the signal forks no more, so when
 * a later look finds nobody, nobody will come.
 */
export function killFamily(running: Running): number {
  return signalAll(running, { signal: "SIGKILL", orphans: true, met: new Set() });
}

function signalAll(
  running: Running,
  { signal, orphans, met }: { signal: NodeJS.Signals; orphans: boolean; met: Set<number> },
): number {
  const found = new Snapshot().family(running, orphans).filter(({ pid }) => !met.has(pid));
  for (const { pid } of found) {
    signalProcess(pid, signal);
    met.add(pid);
  }
  return found.length;
}
