import type { Machine } from "../fleet/machine.ts";
import type { SecretsFile } from "../journal/secrets-file.ts";
import type { ReleaseStore } from "../releases/release-store.ts";
import type { Services } from "../services/service.ts";
import { BackupChores, type BackupChoresParts } from "./backup-chores.ts";
import { Housekeeping, type HousekeepingParts } from "./housekeeping.ts";
import { Observer, type ObserverParts } from "./observer.ts";
import { Sampler } from "./sampler.ts";
import { Supervisor, type SupervisorParts } from "./supervisor.ts";

/** A fleet that an engine looks after, with all that belongs to it. */
export interface RunningFleet {
  readonly supervisor: Supervisor;
  readonly sampler: Sampler;
  readonly observer: Observer;
  readonly secrets: SecretsFile;
  readonly releases: ReleaseStore;
  readonly services: Services;
  readonly copying: Pick<BackupChores, "problem">;
  readonly machine: Machine;
  /** Stops looking; what runs goes on. */
  close(): Promise<void>;
}

export function assembleFleet(
  parts: SupervisorParts,
  releases: ReleaseStore,
  chores: Pick<HousekeepingParts, "recycle" | "retire"> & Pick<BackupChoresParts, "note" | "begin"> &
    Pick<ObserverParts, "seen">,
): RunningFleet {
  const supervisor = new Supervisor(parts);
  const sampler = new Sampler(parts.driver, parts.now);
  const housekeeping = new Housekeeping({ members: supervisor.members, sampler, ...chores });
  const { services, store, now } = parts;
  const observer = new Observer({ members: supervisor.members, services, sampler, now, seen: chores.seen });
  const copying = new BackupChores({ members: supervisor.members, store, services, now, ...chores });
  return {
    supervisor,
    sampler,
    observer,
    secrets: parts.secrets,
    releases,
    services,
    copying,
    machine: parts.machine,
    close: async () => {
      housekeeping.close();
      observer.close();
      supervisor.recovery.close();
      copying.close();
      supervisor.members.release();
      supervisor.store.flush();
      supervisor.members.driver.close();
      await services.close();
    },
  };
}
