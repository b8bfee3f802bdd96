import { Fault } from "../fault/fault.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { ProgramName } from "../fleet/machine.ts";

/** Where a program is on this machine. Fault: TF_MISSING_PROGRAM. */
export function programPath(fleet: Fleet, name: ProgramName): string {
  const program = fleet.machine.programs[name];
  if (program === undefined) {
    throw new Fault("TF_MISSING_PROGRAM", `${name} is not installed`, {
      hint: "tenfold doctor --fix installs what is missing",
    });
  }
  return program.path;
}
