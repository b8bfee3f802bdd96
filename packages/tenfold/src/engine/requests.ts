import type { Driver } from "../drivers/driver.ts";
import { portsWanted } from "../fleet/fleet.ts";
import type { MemberName } from "../fleet/member.ts";
import { homeDirectory, type Paths, storageDirectory } from "../fleet/paths.ts";
import { describeStep, type PlannedStep } from "../fleet/step.ts";
import type { StoredState } from "../journal/state.ts";
import { planConverge } from "../plan/converge.ts";
import { choosePorts, type PortChoice } from "./choose-ports.ts";
import { fleetOf } from "./desire.ts";
import type { EngineHost } from "./host.ts";
import { intendScale, intendUp, type ScaleChange, type UpRequest } from "./intent.ts";
import type { Operation } from "./operation.ts";
import type { RunningFleet } from "./running-fleet.ts";
import type { Supervisor } from "./supervisor.ts";
import { NOTHING, worldOf } from "./world.ts";

/** What is asked of a fleet. */
export type Request =
  | { readonly name: "up"; readonly up: UpRequest }
  | { readonly name: "scale"; readonly changes: readonly ScaleChange[] }
  | { readonly name: "restart"; readonly members: readonly MemberName[] }
  | { readonly name: "failover"; readonly service: "postgres" | "redis"; readonly to: MemberName | null }
  | { readonly name: "down" };

/** What a request's execution needs of the engine. */
export interface RequestContext {
  readonly host: EngineHost;
  readonly operation: Operation;
  /** Show the steps, do nothing. */
  readonly dryRun: boolean;
  readonly show: (steps: readonly string[]) => void;
  readonly note: (text: string) => void;
}

/** One more web instance than counted: the surge instance of a rollout. */
const SURGE = 1;

function showPlan(context: RequestContext, plan: readonly PlannedStep[]): void {
  context.show(plan.map(({ step }) => describeStep(step)));
}

async function portsFor(state: StoredState, driver: Driver, fleet: RunningFleet | null): Promise<PortChoice> {
  const requests = portsWanted(state.spec, { ...state.counts, web: state.counts.web + SURGE });
  const members = fleet?.supervisor.members;
  return choosePorts(requests, state.ports, {
    driver,
    fleet: state.id,
    isHeld: (key) => {
      const owner = key === "app" ? "balancer-1" : (key.split("/")[0] ?? key);
      return members?.isAlive(owner as MemberName) ?? false;
    },
  });
}

async function makeDirectories(driver: Driver, paths: Paths): Promise<void> {
  await driver.writeFiles([{ path: `${paths.state}/.gitignore`, content: "*\n", mode: 0o644, owner: "engine" }]);
  await driver.makeDirectory(`${paths.home}/config`, "service", 0o700);
  await driver.makeDirectory(`${paths.home}/data`, "service", 0o700);
  await driver.makeDirectory(`${paths.home}/logs`, "service", 0o755);
  await driver.makeDirectory(storageDirectory(paths), "application", 0o700);
  await driver.makeDirectory(homeDirectory(paths), "application", 0o700);
}

/** Starts the fleet, or makes it what the file now says. Nothing is written before the machine has all that it takes. */
export async function performUp(
  request: UpRequest,
  context: RequestContext,
  engine: {
    readonly fleet: RunningFleet | null;
    readonly assemble: (state: StoredState, machine: RunningFleet["machine"]) => RunningFleet;
  },
): Promise<void> {
  const { host, operation, note } = context;
  const { machine, paths, notes } = await host.observe(request.spec, request.directory);
  for (const text of notes) note(text);
  const previous = engine.fleet?.supervisor.store.state ?? null;
  const intended = intendUp(request, previous, { now: host.now(), paths, bootId: host.bootId() });
  const driver = engine.fleet?.supervisor.members.driver ?? host.createDriver(machine, intended.id);
  const { book, notes: portNotes } = await portsFor(intended, driver, engine.fleet);
  for (const text of portNotes) note(text);
  const state = { ...intended, ports: book };
  if (context.dryRun) {
    const plan =
      engine.fleet === null
        ? planConverge(worldOf(state, fleetOf(state, machine, host.openSecrets(), SURGE), NOTHING))
        : await engine.fleet.supervisor.planOfConverge(state);
    return showPlan(context, plan);
  }
  await host.makeDirectories(state.paths, machine);
  await makeDirectories(driver, state.paths);
  const fleet = engine.fleet ?? engine.assemble(state, machine);
  fleet.supervisor.members.machine = machine;
  if (previous?.release !== state.release) {
    const known = state.releases.map(({ number }) => number);
    fleet.secrets.save(state.release, { ...request.inherited, ...request.environment }, known);
  }
  fleet.supervisor.store.decide(state);
  if (previous === null) await fleet.supervisor.adoptLeaders();
  await fleet.supervisor.converge(operation);
}

/** Changes counts, dropping nothing. */
async function performScale(
  changes: readonly ScaleChange[],
  context: RequestContext,
  fleet: RunningFleet,
): Promise<void> {
  const { supervisor } = fleet;
  const { store, members } = supervisor;
  const counted = { ...store.state, counts: intendScale(store.state, changes) };
  const { book } = await portsFor(counted, members.driver, fleet);
  // Ports of members that are about to leave are theirs until they have left.
  const state = { ...counted, ports: { ...store.state.ports, ...book } };
  if (context.dryRun) return showPlan(context, await supervisor.planOfConverge(state));
  store.decide({ counts: state.counts, ports: state.ports });
  await supervisor.converge(context.operation);
}

async function performDown(context: RequestContext, supervisor: Supervisor): Promise<void> {
  const plan = await supervisor.planOfStop();
  if (context.dryRun) return showPlan(context, plan);
  supervisor.store.decide({ wanted: "stopped" });
  await supervisor.carryOut(context.operation, plan, true);
  supervisor.store.decideTopology({ serving: [], postgresReadable: [] });
}

/** Carries out what is asked of a fleet that exists. */
export async function performOnFleet(
  request: Exclude<Request, { name: "up" }>,
  context: RequestContext,
  fleet: RunningFleet,
): Promise<void> {
  const { supervisor } = fleet;
  const carryOut = async (plan: readonly PlannedStep[]): Promise<void> => {
    if (context.dryRun) showPlan(context, plan);
    else await supervisor.carryOut(context.operation, plan);
  };
  switch (request.name) {
    case "scale":
      return performScale(request.changes, context, fleet);
    case "restart":
      return carryOut(await supervisor.planOfRestart(request.members));
    case "failover":
      return carryOut(await supervisor.planOfFailover(request.service, request.to));
    case "down":
      return performDown(context, supervisor);
    default:
      return request satisfies never;
  }
}
