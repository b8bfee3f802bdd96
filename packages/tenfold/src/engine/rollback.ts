import { Fault } from "../fault/fault.ts";
import { type Release, replacedBy, withApplication } from "../fleet/release.ts";
import type { StoredDeploy, StoredState } from "../journal/state.ts";
import { choosePortsFor } from "./fleet-ports.ts";
import type { RequestContext } from "./request.ts";
import { carryThrough } from "./rollout.ts";
import type { RunningFleet } from "./running-fleet.ts";

/**
 * The release to go back to: the one that is named, or what served when the current one was made, or, where that is not
 * kept, the newest before it that was fully rolled out.
 */
function targetOf(state: StoredState, to: number | null): Release {
  const fit = state.releases.filter(({ failure, number }) => failure === null && number !== state.release);
  const earlier = fit.filter(({ number }) => number < state.release).sort((a, b) => b.number - a.number);
  const before = replacedBy(state.releases, state.release);
  const target =
    to === null
      ? (fit.find(({ number }) => number === before) ?? earlier[0])
      : state.releases.find(({ number }) => number === to);
  const known = fit.map(({ number }) => number).sort((a, b) => a - b);
  const hint = known.length === 0 ? "no other release is kept" : `releases to go back to: ${known.join(", ")}`;
  if (target === undefined)
    throw new Fault(
      "TF_RELEASE_UNKNOWN",
      to === null ? "there is no release before the current one" : `there is no release ${to}`,
      { hint },
    );
  if (target.failure !== null)
    throw new Fault("TF_RELEASE_UNKNOWN", `release ${target.number} failed: ${target.failure}`, { hint });
  return target;
}

/** Ends a trial. */
async function endTrial(context: RequestContext, { supervisor }: RunningFleet): Promise<void> {
  const { store } = supervisor;
  const release = store.state.web.canary?.release;
  if (context.dryRun) return context.show([`end the trial of release ${release}`]);
  const releases = store.state.releases.map((one) =>
    one.number === release ? { ...one, failure: "its trial was ended" } : one,
  );
  store.decide({ web: { ...store.state.web, canary: null }, deploy: null, releases });
  await supervisor.converge(context.operation);
  context.note(`the trial of release ${release} has ended; release ${store.state.release} serves`);
}

/**
 * Goes back to a release: at once, where its instances were kept warm by a blue-green switch; otherwise by a rollout of
 * its code, which was kept. Its release command does not run again. A release on trial is ended. Faults: TF_RELEASE_UNKNOWN.
 */
export async function performRollback(to: number | null, context: RequestContext, fleet: RunningFleet): Promise<void> {
  const { supervisor } = fleet;
  const { store } = supervisor;
  const { state } = store;
  if (state.wanted !== "running")
    throw new Fault("TF_NOT_RUNNING", "the fleet is down", { hint: "start it: tenfold up" });
  if (state.web.canary !== null) return endTrial(context, fleet);
  const target = targetOf(state, to);
  if (target.number === state.release) return context.note(`release ${target.number} is the current one`);
  if (target.source.kind === "in-place")
    context.note(`release ${target.number} has no copy of its code: it runs what is in ${target.directory} now`);
  const isWarm = state.web.standby?.release === target.number;
  const strategy = isWarm ? "blue-green" : "rolling";
  if (context.dryRun)
    return context.show([
      isWarm
        ? `switch all requests to release ${target.number}, which was kept warm`
        : `roll release ${target.number} out again`,
    ]);
  context.note(`going back from release ${state.release} to release ${target.number}`);
  const web = isWarm ? state.web : { ...state.web, standby: null };
  const ports = await choosePortsFor({ ...state, web }, supervisor.members.driver, fleet);
  const deploy: StoredDeploy = {
    from: state.release,
    to: target.number,
    strategy,
    before: { spec: state.spec, web: state.web },
    spec: withApplication(state.spec, target.application),
    haste: isWarm ? "warm" : "proven",
  };
  store.decide({ web, ports: { ...state.ports, ...ports.book }, deploy });
  await carryThrough({ supervisor, now: context.host.now, note: context.note }, context.operation);
  context.note(`release ${target.number} serves`);
}
