import type { Machine } from "../fleet/machine.ts";
import type { SecretsFile } from "../journal/secrets-file.ts";
import type { ReleaseStore } from "../releases/release-store.ts";
import type { Services } from "../services/service.ts";
import { Housekeeping, type HousekeepingParts } from "./housekeeping.ts";
import { Sampler } from "./sampler.ts";
import { Supervisor, type SupervisorParts } from "./supervisor.ts";

/** A fleet that an engine looks after, with all that belongs to it. */
export interface RunningFleet {
  readonly supervisor: Supervisor;
  readonly sampler: Sampler;
  readonly secrets: SecretsFile;
  readonly releases: ReleaseStore;
  readonly machine: Machine;
  /** Stops looking; what runs goes on. */
  close(): Promise<void>;
}

export function assembleFleet(
  parts: SupervisorParts,
  releases: ReleaseStore,
  chores: Pick<HousekeepingParts, "recycle" | "retire">,
): RunningFleet {
  const supervisor = new Supervisor(parts);
  const sampler = new Sampler(parts.driver, parts.now);
  const housekeeping = new Housekeeping({ members: supervisor.members, sampler, ...chores });
  const services: Services = parts.services;
  return {
    supervisor,
    sampler,
    secrets: parts.secrets,
    releases,
    machine: parts.machine,
    close: async () => {
      housekeeping.close();
      supervisor.recovery.close();
      supervisor.members.release();
      supervisor.store.flush();
      supervisor.members.driver.close();
      await services.close();
    },
  };
}
