import type { Machine } from "../fleet/machine.ts";
import type { SecretsFile } from "../journal/secrets-file.ts";
import type { ReleaseStore } from "../releases/release-store.ts";
import type { Services } from "../services/service.ts";
import { Autoscaler, type AutoscalerParts } from "./autoscaler.ts";
import { BackupChores, type BackupChoresParts } from "./backup-chores.ts";
import { Housekeeping, type HousekeepingParts } from "./housekeeping.ts";
import { Observer } from "./observer.ts";
import { Sampler } from "./sampler.ts";
import { Supervisor, type SupervisorParts } from "./supervisor.ts";

/** A fleet that an engine looks after, with all that belongs to it. */
export interface RunningFleet {
  readonly supervisor: Supervisor;
  readonly sampler: Sampler;
  readonly observer: Observer;
  readonly autoscaler: Autoscaler;
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
  chores: Pick<HousekeepingParts, "recycle" | "retire"> &
    Pick<BackupChoresParts, "note" | "begin"> &
    Pick<AutoscalerParts, "scale" | "hindrance" | "history" | "directory">,
): RunningFleet {
  const supervisor = new Supervisor(parts);
  const sampler = new Sampler(parts.driver, parts.now);
  const housekeeping = new Housekeeping({ members: supervisor.members, sampler, ...chores });
  const { services, store, now } = parts;
  const autoscaler = new Autoscaler({ members: supervisor.members, store, now, ...chores });
  const observer = new Observer({
    members: supervisor.members,
    services,
    sampler,
    now,
    seen: (observation, before) => autoscaler.seen(observation, before),
  });
  const copying = new BackupChores({ members: supervisor.members, store, services, now, ...chores });
  return {
    supervisor,
    sampler,
    observer,
    autoscaler,
    secrets: parts.secrets,
    releases,
    services,
    copying,
    machine: parts.machine,
    close: async () => {
      housekeeping.close();
      observer.close();
      autoscaler.save();
      supervisor.recovery.close();
      copying.close();
      supervisor.members.release();
      supervisor.store.flush();
      supervisor.members.driver.close();
      await services.close();
    },
  };
}
