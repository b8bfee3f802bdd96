import type { Driver } from "../drivers/driver.ts";
import { edgeOf, portsWanted } from "../fleet/fleet.ts";
import type { MemberName } from "../fleet/member.ts";
import { APP_PORT, METRICS_PORT } from "../fleet/ports.ts";
import { freeIndexes } from "../fleet/web-sets.ts";
import type { StoredState } from "../journal/state.ts";
import { choosePorts, type PortChoice } from "./choose-ports.ts";
import { surgeWanted } from "./desire.ts";
import type { RunningFleet } from "./running-fleet.ts";

/** The same, and the visitors' port is held until the balancer starts. */
export async function claimPortsFor(
  state: StoredState,
  driver: Driver,
  fleet: RunningFleet | null,
): Promise<PortChoice> {
  for (;;) {
    const choice = await choosePortsFor(state, driver, fleet);
    const port = choice.book[APP_PORT];
    const isHeld = fleet?.supervisor.members.isAlive(edgeOf()) === true;
    if (isHeld || port === undefined || (await driver.reservePort(port, state.spec.balancer.host))) return choice;
  }
}

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
