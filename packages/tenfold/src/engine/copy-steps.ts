import { Fault } from "../fault/fault.ts";
import type { Restore } from "../fleet/backup/restore.ts";
import type { CopyStep } from "../fleet/step.ts";
import type { Services } from "../services/service.ts";
import type { Members } from "./members.ts";
import type { Store } from "./store.ts";

export interface CopyParts {
  readonly members: Members;
  readonly services: Services;
  readonly store: Store;
  readonly note: (text: string) => void;
}

/** The restore that is under way. Its absence is a bug: it is written down before its first step. */
function restoreOf({ store }: CopyParts): Restore {
  const { restore } = store.state;
  if (restore === undefined || restore === null) throw new Error("no restore is under way");
  return restore;
}

/** Carries out what copies data. Each step can be performed again after it was cut. */
export async function performCopy(step: CopyStep, parts: CopyParts, signal: AbortSignal): Promise<void> {
  const { members, services, note } = parts;
  const context = members.context(signal);
  const { backup } = services;
  switch (step.kind) {
    case "save":
      return backup.save(context, step.backup, step.part);
    case "seal":
      await backup.seal(context, step.backup);
      return;
    case "try":
      for (const found of await backup.verify(context, step.backup)) note(found);
      return;
    case "prune":
      return backup.prune(context);
    case "mark":
      return backup.mark(context).catch((error: unknown) => {
        // Of a primary that does not answer, what its directory holds of the log is used.
        if (error instanceof Fault) throw error;
        note(`the primary does not answer (${error instanceof Error ? error.message : String(error)})`);
      });
    case "fetch":
      return backup.fetch(context, restoreOf(parts), step.part);
    case "recover":
      return backup.recover(context, restoreOf(parts));
    case "replace":
      return backup.replace(context, restoreOf(parts), step.part);
    case "putBack":
      return backup.putBack(context, restoreOf(parts));
    case "load":
      return backup.load(context, step);
    case "exchange": {
      const former = await backup.exchange(context);
      if (former !== null)
        note(`the former database is kept as ${former}; when it is not needed any more: DROP DATABASE`);
      return;
    }
    default:
      step satisfies never;
  }
}
