import { rm } from "node:fs/promises";
import type { BackupsReport } from "@tenfold/protocol";
import { Fault } from "../../fault/fault.ts";
import type { StoredState } from "../../journal/state.ts";

/** Removes all that a fleet has written, wherever it keeps it; without a state, what a project's directory has. */
export async function removeFiles(state: StoredState | null, directory: string): Promise<void> {
  const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true });
  if (state === null) return remove(`${directory}/.tenfold`);
  const { paths } = state;
  if (paths.home !== paths.state) await remove(paths.home);
  if (!paths.run.startsWith(paths.home)) await remove(paths.run);
  await remove(paths.state);
}

/** Backups outlive the data that they are of, and whoever deletes that is told so: a sentence, if there are any. */
export async function keptBackups(look: () => Promise<BackupsReport>): Promise<readonly string[]> {
  try {
    const { backups, place } = await look();
    const count = backups.length;
    return count > 0 ? [`${count} backup${count === 1 ? " is" : "s are"} kept in ${place}`] : [];
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [`backups are kept where they are, although nobody can look at them now: ${error.message}`];
  }
}
