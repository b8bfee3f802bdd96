import { availableParallelism, totalmem } from "node:os";
import type { Machine } from "../fleet/machine.ts";
import { bytes } from "../units/bytes.ts";
import { observeCgroups, observeLimits } from "./cgroup.ts";
import { findPrograms } from "./programs/find.ts";
import { observeUsers } from "./users/service-user.ts";

export interface ObserveOptions {
  /** The user that the file names; `null` or absent: the default. */
  readonly user?: string | null;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
}

/**
 * Looks at the machine: cores and memory that this process may use (affinity and control groups count), programs with
 * their versions, and who runs what. Cores are whole ones, at least one. Changes nothing. Faults: TF_USER.
 */
export async function observeMachine({ user = null, processEnv }: ObserveOptions): Promise<Machine> {
  const [limits, programs, users] = await Promise.all([
    observeCgroups().then(observeLimits),
    findPrograms(processEnv),
    observeUsers({ user }),
  ]);
  return {
    cores: Math.max(1, Math.min(availableParallelism(), Math.floor(limits.cores ?? Number.POSITIVE_INFINITY))),
    memory: bytes(Math.min(totalmem(), limits.memory ?? Number.POSITIVE_INFINITY)),
    programs,
    users,
  };
}
