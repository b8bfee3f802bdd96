import type { FleetInput } from "./spec/fleet-input.ts";

export type * from "./spec/fleet-input.ts";

/** What a `tenfold.config.ts` may export: a fleet, or a function that makes one. */
export type FleetDefinition = FleetInput | (() => FleetInput | Promise<FleetInput>);

/**
 * Says that a value is a fleet, so that an editor knows its keys. Gives back what it got; what is in it is checked when
 * Tenfold reads the file.
 */
export function defineFleet(fleet: FleetDefinition): FleetDefinition {
  return fleet;
}
