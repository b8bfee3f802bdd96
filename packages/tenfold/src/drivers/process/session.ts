import type { Running } from "../../fleet/state.ts";
import { listSessions, readStat } from "./proc.ts";

/** Whether that very process is alive: same pid and same start time, and no zombie. */
export function isProcessAlive({ pid, startTime }: Running): boolean {
  const stat = readStat(pid);
  return stat !== undefined && stat.startTime === startTime && stat.state !== "Z";
}

/** Sends a signal to one process; its absence is success. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/**
 * Sends a signal to every process of a session that was started by us, whatever process groups they made.
 * Children that fork meanwhile are met by the repeated look, as far as SIGKILL is concerned.
 */
export function signalSession(session: number, signal: NodeJS.Signals): void {
  signalProcess(-session, signal);
  for (let look = 0; look < 3; look += 1) {
    const rest = listSessions(new Set([session]));
    for (const { pid } of rest) signalProcess(pid, signal);
    if (signal !== "SIGKILL" || rest.length === 0) return;
  }
}
