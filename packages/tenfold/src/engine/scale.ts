import { Fault } from "../fault/fault.ts";
import type { Member } from "../fleet/member.ts";
import { resize } from "../fleet/web-sets.ts";
import type { StoredOverride, StoredState } from "../journal/state.ts";
import type { Spec } from "../spec/spec.ts";
import { choosePortsFor } from "./fleet-ports.ts";
import { intendScale, isMoved, movedGroups, type ScaleChange } from "./intent.ts";
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

/**
 * Adds members beside an operation whose plan touches none of their groups. Their steps go to the journal only. What has
 * begun when it is cut short stays, and is the fleet's.
 */
export async function growBeside(
  changes: readonly ScaleChange[],
  signal: AbortSignal,
  { fleet, operation }: { readonly fleet: RunningFleet; readonly operation: Operation },
): Promise<void> {
  const { supervisor } = fleet;
  const { counts, web, ports } = await intended(changes, fleet);
  signal.throwIfAborted();
  const { state } = supervisor.store;
  supervisor.store.decide({ counts, web, ports });
  const isNew = ({ kind, group, index }: Member): boolean =>
    kind === "web"
      ? web.main.includes(index) && !state.web.main.includes(index)
      : group.startsWith("worker.") && index > (state.counts.workers[group.slice("worker.".length)] ?? 0);
  await supervisor.addBeside(operation, isNew, signal);
}

export interface ScaleRequest {
  readonly changes: readonly ScaleChange[];
  /** Numbers that the engine moves are left alone for so long, milliseconds; absent: until they are given back to it. */
  readonly lasting?: number;
}

/** A time is for numbers that somebody gives back when it is over. Fault: TF_ARGUMENT. */
function checkLasting({ changes, lasting }: ScaleRequest, spec: Spec): void {
  if (lasting === undefined) return;
  for (const { group, by } of changes) {
    if (by === "auto")
      throw new Fault("TF_ARGUMENT", `--for does not go with ${group}=auto`, {
        hint: "auto gives the number back at once",
      });
    const isDryRun =
      group === "web" ? spec.web.scale.dryRun : spec.workers[group.slice("worker.".length)]?.scale.dryRun;
    if (!movedGroups(spec).includes(group) || isDryRun === true)
      throw new Fault(
        "TF_ARGUMENT",
        `--for: the number of ${group} does not move by itself, so nobody would give it back`,
        {
          hint:
            isDryRun === true
              ? "its decisions are a dry run"
              : "leave --for out; the number stays until it is changed again",
        },
      );
  }
}

/** What a person asks for: a number that the engine would move stays as it was set. Faults: those of `intendScale`, TF_ARGUMENT. */
export async function performScale(request: ScaleRequest, context: RequestContext, fleet: RunningFleet): Promise<void> {
  const { changes, lasting } = request;
  const { supervisor } = fleet;
  const { store } = supervisor;
  const state = await intended(changes, fleet);
  checkLasting(request, state.spec);
  if (context.dryRun) return showPlan(context, await supervisor.planner.ofConverge({ state }));
  const { counts, web, ports, spec } = state;
  const until = lasting === undefined ? null : context.host.now() + lasting;
  const overrides: Record<string, StoredOverride> = { ...store.state.overrides };
  for (const { group, by } of changes) {
    if (by === "auto") {
      delete overrides[group];
      if (isMoved(spec, group)) context.note(`${group} moves by itself again`);
    } else if (isMoved(spec, group)) {
      const count = group === "web" ? counts.web : (counts.workers[group.slice("worker.".length)] ?? 0);
      overrides[group] = { count, until };
      const end = until === null ? `tenfold scale ${group}=auto` : `${new Date(until).toISOString().slice(0, 16)}Z`;
      const nobody = count === 0 ? "; nobody takes its jobs until then" : "";
      context.note(`${group} stays ${count} until ${end}${nobody}`);
    }
  }
  store.decide({ counts, web, ports, overrides });
  await supervisor.converge(context.operation);
}
