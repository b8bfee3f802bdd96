import { Fault } from "../fault/fault.ts";
import { chooseBackup } from "../fleet/backup/choose.ts";
import { backupId } from "../fleet/backup/manifest.ts";
import type { CopyStep, PlannedStep } from "../fleet/step.ts";
import { planBackup, planTry } from "../plan/backup.ts";
import { performCopy } from "./copy-steps.ts";
import { ENGINE, type Operation, type Operations } from "./operation.ts";
import type { RunningFleet } from "./running-fleet.ts";
import { showPlan } from "./show-plan.ts";

/** What `backup` is asked for. */
export interface BackupRequest {
  /** Whether it is tried by restoring it. */
  readonly verify: boolean;
  /** Try this one, and make none; `latest` is the newest. `null`: make one. */
  readonly existing: string | null;
}

export interface BackupParts {
  readonly fleet: RunningFleet;
  readonly operations: Operations;
  readonly now: () => number;
  readonly note: (text: string) => void;
  readonly dryRun: boolean;
  /** Settles when nothing is left of a try that an earlier engine had begun. */
  readonly tidied: Promise<void>;
  readonly show: (steps: readonly string[]) => void;
}

async function planOf({ verify, existing }: BackupRequest, { fleet, now }: BackupParts): Promise<PlannedStep[]> {
  const { members, store } = fleet.supervisor;
  if (existing === null) {
    // Named after the second: one that follows at once waits for the next, instead of taking the place of the last.
    const last = backupId(store.state.backups?.triedAt ?? 0);
    while (backupId(now()) === last) await new Promise((resolve) => setTimeout(resolve, 20));
    return planBackup(store.state.spec, backupId(now()), verify);
  }
  const { backups, place } = await fleet.services.backup.inventory(members.context(), null);
  const manifests = backups.map(({ manifest }) => manifest);
  const id = existing === "latest" ? null : existing;
  return planTry(chooseBackup(manifests, { id, to: { kind: "backup" }, now: now(), place }).id);
}

/** Makes a backup, or tries one. The fleet runs on, and so do other operations. Faults: those of the steps. */
export async function performBackup(request: BackupRequest, parts: BackupParts, operation: Operation): Promise<void> {
  const { fleet, note, now, operations } = parts;
  const { members, store } = fleet.supervisor;
  if (store.state.wanted !== "running")
    throw new Fault("TF_NOT_RUNNING", "the fleet is down", { hint: "start it: tenfold up" });
  await parts.tidied;
  const plan = await planOf(request, parts);
  if (parts.dryRun) return showPlan(parts, plan);
  const copying = { members, services: fleet.services, store, note };
  const triedAt = now();
  const madeAt = store.state.backups?.madeAt ?? null;
  try {
    await operations.carryOut(operation, plan, {
      perform: (step, signal) => performCopy(step as CopyStep, copying, signal),
    });
    if (request.existing === null) store.decide({ backups: { triedAt, madeAt: triedAt, failure: null } });
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    if (request.existing === null) store.note({ backups: { triedAt, madeAt, failure } });
    throw error;
  }
}

/** The same by the schedule: tried as the file says, and given up for whoever asks for one. */
export function performDueBackup(parts: BackupParts): Promise<void> {
  parts.note("a backup is due, and is made");
  const request = { verify: parts.fleet.supervisor.store.state.spec.backups.verify, existing: null };
  return parts.operations.run("backup", ENGINE, (operation) => performBackup(request, parts, operation));
}
