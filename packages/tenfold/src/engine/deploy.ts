import { Fault } from "../fault/fault.ts";
import { applicationOf, canonical, type Release, type ReleaseSource, replacedBy } from "../fleet/release.ts";
import { freeIndexes, type WebSets } from "../fleet/web-sets.ts";
import type { StoredDeploy, StoredState } from "../journal/state.ts";
import type { CodeSource } from "../releases/release-store.ts";
import { nameInProject } from "../spec/backups/place.ts";
import type { Strategy } from "../spec/deploy/deploy.ts";
import type { Spec } from "../spec/spec.ts";
import type { Percent } from "../units/percent.ts";
import { fingerprint } from "./desire.ts";
import { choosePortsFor } from "./fleet-ports.ts";
import { runReleaseTask } from "./release-task.ts";
import type { RequestContext } from "./request.ts";
import { carryThrough } from "./rollout.ts";
import type { RunningFleet } from "./running-fleet.ts";

/** What `deploy` is asked for. */
export interface DeployRequest {
  readonly spec: Spec;
  /** Absolute: the project's. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly inherited: Readonly<Record<string, string>>;
  /** A commit whose files were put into a directory; `null`: the project's directory as it is. */
  readonly revision: { readonly commit: string; readonly directory: string } | null;
  /** `null`: the file's. */
  readonly strategy: Strategy | null;
  /** The share of the requests that a trial gets; `null`: no trial. */
  readonly canary: Percent | null;
  /** Deploy what is the same as the current release. */
  readonly force: boolean;
}

function codeSource({ revision, directory, spec }: DeployRequest): CodeSource {
  if (revision !== null) return { kind: "extracted", directory: revision.directory };
  const kept = nameInProject(spec.backups);
  return {
    kind: "directory",
    directory,
    exclude: [...new Set([...spec.deploy.exclude, ".tenfold", ...(kept === null ? [] : [`/${kept}`])])],
  };
}

function sourceOf({ revision }: DeployRequest): ReleaseSource {
  return revision === null ? { kind: "copy" } : { kind: "revision", revision: revision.commit };
}

/** Copies the code and writes the release down. It is no member's release yet. `null` when it is the current one again. */
async function makeRelease(
  request: DeployRequest,
  context: RequestContext,
  fleet: RunningFleet,
): Promise<Release | null> {
  const { store } = fleet.supervisor;
  const number = Math.max(...store.state.releases.map((release) => release.number)) + 1;
  context.note(`copying the code of release ${number}`);
  const code = await fleet.releases.take(number, codeSource(request));
  const application = applicationOf(request.spec);
  const hash = fingerprint(canonical([application, code.hash, request.environment]));
  const current = store.state.releases.find((release) => release.number === store.state.release);
  if (current?.hash === hash && !request.force) {
    await fleet.releases.remove(number);
    context.note(`nothing has changed since release ${current.number}; --force deploys it again`);
    return null;
  }
  const release: Release = {
    number,
    directory: code.directory,
    hash,
    createdAt: context.host.now(),
    released: application.release === false,
    application,
    source: sourceOf(request),
    replaces: store.state.release,
    failure: "it was never fully rolled out",
  };
  const known = [...store.state.releases.map((other) => other.number), number];
  fleet.secrets.save(number, { ...request.inherited, ...request.environment }, known);
  store.decide({ releases: [...store.state.releases, release] });
  return release;
}

/** The web sets with which a deploy begins. */
function setsFor(
  state: StoredState,
  release: number,
  request: DeployRequest,
  strategy: StoredDeploy["strategy"],
): WebSets {
  const sets: WebSets = { ...state.web, standby: null };
  switch (strategy) {
    case "rolling":
      return sets;
    case "blue-green":
      return { ...sets, standby: { release, indexes: freeIndexes(sets, state.counts.web), until: null } };
    case "canary": {
      const share = request.canary ?? (0 as Percent);
      const count = Math.max(1, Math.min(state.counts.web, Math.round((state.counts.web * share) / 100)));
      return { ...sets, canary: { release, indexes: freeIndexes(sets, count), share } };
    }
    default:
      return strategy satisfies never;
  }
}

/** Faults: TF_NOT_RUNNING, TF_CANARY. */
function refuseUnlessReady(state: StoredState): void {
  if (state.wanted !== "running")
    throw new Fault("TF_NOT_RUNNING", "the fleet is down", { hint: "start it: tenfold up" });
  if (state.web.canary !== null) {
    throw new Fault("TF_CANARY", `release ${state.web.canary.release} is on trial`, {
      hint: "tenfold deploy --promote rolls it out, tenfold rollback ends it",
    });
  }
}

/** Makes a release and rolls it out. The release before it serves until then, and again when that fails. */
export async function performDeploy(
  request: DeployRequest,
  context: RequestContext,
  fleet: RunningFleet,
): Promise<void> {
  const { supervisor } = fleet;
  const { store } = supervisor;
  refuseUnlessReady(store.state);
  const strategy = request.canary === null ? (request.strategy ?? request.spec.deploy.strategy) : "canary";
  if (context.dryRun) return context.show(dryRun(request, strategy));
  // A set that was kept warm for a rollback makes room first.
  if (store.state.web.standby !== null) {
    store.decide({ web: { ...store.state.web, standby: null } });
    await supervisor.converge(context.operation);
  }
  const release = await context.operation.beside.during("all", async () => {
    const made = await makeRelease(request, context, fleet);
    if (made !== null) await build(made.number, request, context, fleet);
    return made;
  });
  if (release === null) return;
  const { number } = release;
  const { state } = store;
  const web = setsFor(state, number, request, strategy);
  const ports = await choosePortsFor({ ...state, web }, supervisor.members.driver, fleet);
  const before = { spec: state.spec, web: state.web };
  const deploy: StoredDeploy = { from: state.release, to: number, strategy, before, spec: request.spec, haste: "none" };
  store.decide({ web, ports: { ...state.ports, ...ports.book }, deploy });
  await carryThrough({ supervisor, now: context.host.now, note: context.note }, context.operation);
  await prune(fleet);
  context.note(
    strategy === "canary"
      ? `release ${number} is on trial with ${request.canary} % of the requests: tenfold deploy --promote rolls it out, tenfold rollback ends it`
      : `release ${number} serves`,
  );
}

function build(
  number: number,
  { spec: { deploy } }: DeployRequest,
  { operation }: RequestContext,
  fleet: RunningFleet,
): Promise<void> {
  const { signal } = operation.cancel;
  return runOrDiscard(fleet, number, () =>
    runReleaseTask(fleet.supervisor.members, { number, task: "build", signal, deploy }),
  );
}

/** A release whose task failed is written down as failed. */
async function runOrDiscard(
  { supervisor: { store }, releases }: RunningFleet,
  number: number,
  task: () => Promise<void>,
): Promise<void> {
  try {
    await task();
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    store.decide({
      releases: store.state.releases.map((release) => (release.number === number ? { ...release, failure } : release)),
    });
    await releases.remove(number);
    throw error;
  }
}

function dryRun({ revision, spec }: DeployRequest, strategy: StoredDeploy["strategy"]): string[] {
  return [
    `copy the code of ${revision === null ? "the project's directory" : `revision ${revision.commit.slice(0, 12)}`}`,
    ...(spec.deploy.build === false ? [] : ["run the build command"]),
    ...(spec.release === false ? [] : ["run the release command"]),
    ...(strategy === "blue-green"
      ? [
          "start a whole new set of web instances",
          ...(spec.deploy.smoke === false ? [] : ["run the smoke command"]),
          "switch all requests to it",
          "replace workers and the scheduler",
        ]
      : strategy === "canary"
        ? ["start instances on trial and send them their share of the requests"]
        : ["replace web instances, one batch after the other", "replace workers and the scheduler"]),
  ];
}

/** Rolls out the release that is on trial. Fault: TF_CANARY. */
export async function performPromote(context: RequestContext, { supervisor }: RunningFleet): Promise<void> {
  const { store } = supervisor;
  const { deploy, web } = store.state;
  if (deploy === null || web.canary === null)
    throw new Fault("TF_CANARY", "no release is on trial", { hint: "tenfold deploy --canary 10% begins one" });
  if (context.dryRun)
    return context.show([`replace web instances by release ${deploy.to}, one batch after the other`, "end the trial"]);
  store.decide({ deploy: { ...deploy, strategy: "rolling" } });
  await carryThrough({ supervisor, now: context.host.now, note: context.note }, context.operation);
  context.note(`release ${deploy.to} serves`);
}

/** Forgets releases beyond those that are kept, and the code of those that failed. */
export async function prune({ supervisor: { store }, releases, secrets }: RunningFleet): Promise<void> {
  const { state } = store;
  const before = replacedBy(state.releases, state.release);
  const inUse = new Set([state.release, before, state.web.standby?.release, state.web.canary?.release]);
  const sorted = [...state.releases].sort((a, b) => b.number - a.number);
  const kept = sorted.filter(({ number }, at) => at < state.spec.deploy.keep || inUse.has(number));
  const gone = sorted.filter((release) => !kept.includes(release));
  for (const { number } of [...gone, ...kept.filter(({ number, failure }) => failure !== null && !inUse.has(number))])
    await releases.remove(number);
  if (gone.length === 0) return;
  store.decide({ releases: state.releases.filter((release) => kept.includes(release)) });
  const current = secrets.environment(state.release);
  secrets.save(
    state.release,
    current,
    kept.map(({ number }) => number),
  );
}
