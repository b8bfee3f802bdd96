import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { StoredState } from "../../journal/state.ts";

const ENDS_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 20;

function lockOf(directory: string): string {
  return `${directory}/.tenfold/engine.lock`;
}

/** Waits for the end of an engine: its lock is the last thing that it lets go, after its last word to the disk. */
export async function engineEnds(directory: string): Promise<void> {
  const deadline = Date.now() + ENDS_WITHIN_MS;
  while (existsSync(lockOf(directory)) && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
}

/** Takes away what an engine wrote where there was never a fleet, unless somebody started one meanwhile. */
export async function leaveNothing(directory: string, stored: () => StoredState | null): Promise<void> {
  await engineEnds(directory);
  if (stored() === null && !existsSync(lockOf(directory))) await removeFiles(directory, null);
}

/** Deletes all that a fleet keeps on this machine; what an engine alone has written, where there was never a fleet. */
export async function removeFiles(directory: string, state: StoredState | null): Promise<void> {
  const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true });
  if (state === null) return remove(`${directory}/.tenfold`);
  const { home, run, state: own } = state.paths;
  if (home !== own) await remove(home);
  if (!run.startsWith(home)) await remove(run);
  await remove(own);
}
