import type { Driver } from "../drivers/driver.ts";
import { portsWanted } from "../fleet/fleet.ts";
import type { MemberName } from "../fleet/member.ts";
import { METRICS_PORT } from "../fleet/ports.ts";
import { freeIndexes } from "../fleet/web-sets.ts";
import type { StoredState } from "../journal/state.ts";
import { choosePorts, type PortChoice } from "./choose-ports.ts";
import { surgeWanted } from "./desire.ts";
import type { RunningFleet } from "./running-fleet.ts";

/** Chooses the ports of a state, surge instances included; keeps those that are chosen. Faults: TF_PORT_TAKEN, TF_NO_FREE_PORT. */
export async function choosePortsFor(
  state: StoredState,
  driver: Driver,
  fleet: RunningFleet | null,
): Promise<PortChoice> {
  const { spec, counts, web, topology } = state;
  const surge = freeIndexes(web, surgeWanted(state));
  const requests = portsWanted({ spec, counts, web, surge, current: state.release, topology });
  const members = fleet?.supervisor.members;
  return choosePorts(requests, state.ports, {
    driver,
    fleet: state.id,
    isHeld: (key) => {
      if (key === METRICS_PORT) return fleet !== null;
      const owner = key === "app" ? "balancer-1" : (key.split("/")[0] ?? key);
      return members?.isAlive(owner as MemberName) ?? false;
    },
  });
}
