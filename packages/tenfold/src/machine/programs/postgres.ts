import type { Machine, Program } from "../../fleet/machine.ts";

/** The PostgreSQL that can open a data directory of a major version; `undefined` when it is not installed. Pure. */
export function postgresOfMajor(machine: Machine, major: number): Program | undefined {
  const newest = machine.programs.postgres;
  return [newest, ...(newest?.others ?? [])].find((program) => program?.version[0] === major);
}
