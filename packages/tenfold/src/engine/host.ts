import type { Driver } from "../drivers/driver.ts";
import type { Machine } from "../fleet/machine.ts";
import type { Paths } from "../fleet/paths.ts";
import type { SecretsFile } from "../journal/secrets-file.ts";
import type { ReleaseStore } from "../releases/release-store.ts";
import type { Services } from "../services/service.ts";
import type { Spec } from "../spec/spec.ts";

/** What the engine needs from the machine; given by whoever wires it. */
export interface EngineHost {
  /** Milliseconds since 1970. */
  now(): number;
  /** The kernel's; differs after each reboot. */
  bootId(): string;
  /** `path`: where the application looks for its programs; absent: where the engine does. Faults: TF_MISSING_PROGRAM, TF_OLD_PROGRAM. */
  observe(
    spec: Spec,
    directory: string,
    path?: string,
  ): Promise<{ readonly machine: Machine; readonly paths: Paths; readonly notes: readonly string[] }>;
  /** The directories of the fleet itself, safely made. Faults: TF_NOT_WRITABLE, TF_DISK_FULL. */
  makeDirectories(paths: Paths, machine: Machine): Promise<void>;
  createDriver(machine: Machine, fleet: string): Driver;
  createServices(): Services;
  openSecrets(): SecretsFile;
  createReleases(paths: Paths, machine: Machine): ReleaseStore;
}
