import { resize } from "../fleet/web-sets.ts";
import type { StoredOverride, StoredState } from "../journal/state.ts";
import { choosePortsFor } from "./fleet-ports.ts";
import { intendScale, isMoved, type ScaleChange } from "./intent.ts";
import type { Operation } from "./operation.ts";
import type { RequestContext } from "./request.ts";
import type { RunningFleet } from "./running-fleet.ts";
import { showPlan } from "./show-plan.ts";

async function intended(changes: readonly ScaleChange[], fleet: RunningFleet): Promise<StoredState> {
  const { store, members } = fleet.supervisor;
  const counts = intendScale(store.state, changes);
  const counted = { ...store.state, counts, web: resize(store.state.web, counts.web) };
  const { book } = await choosePortsFor(counted, members.driver, fleet);
  // Ports of members that are about to leave are theirs until they have left.
  return { ...counted, ports: { ...store.state.ports, ...book } };
}

/** Changes counts, dropping nothing. */
export async function changeCounts(
  changes: readonly ScaleChange[],
  operation: Operation,
  fleet: RunningFleet,
): Promise<void> {
  const { counts, web, ports } = await intended(changes, fleet);
  fleet.supervisor.store.decide({ counts, web, ports });
  await fleet.supervisor.converge(operation);
}

export interface ScaleRequest {
  readonly changes: readonly ScaleChange[];
  /** Numbers that the engine moves are left alone for so long, milliseconds; absent: until they are given back to it. */
  readonly lasting?: number;
}

/** What a person asks for: a number that the engine would move stays as it was set. */
export async function performScale(
  { changes, lasting }: ScaleRequest,
  context: RequestContext,
  fleet: RunningFleet,
): Promise<void> {
  const { supervisor } = fleet;
  const { store } = supervisor;
  const state = await intended(changes, fleet);
  if (context.dryRun) return showPlan(context, await supervisor.planner.ofConverge({ state }));
  const { counts, web, ports, spec } = state;
  const until = lasting === undefined ? null : context.host.now() + lasting;
  const overrides: Record<string, StoredOverride> = { ...store.state.overrides };
  for (const { group, by } of changes) {
    if (by === "auto") delete overrides[group];
    else if (isMoved(spec, group)) {
      const count = group === "web" ? counts.web : (counts.workers[group.slice("worker.".length)] ?? 0);
      overrides[group] = { count, until };
      context.note(`${group} stays ${count}${until === null ? `, until tenfold scale ${group}=auto` : ""}`);
    }
  }
  store.decide({ counts, web, ports, overrides });
  await supervisor.converge(context.operation);
}
