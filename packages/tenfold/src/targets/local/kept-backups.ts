import type { BackupsReport } from "@tenfold/protocol";
import { Fault } from "../../fault/fault.ts";

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
