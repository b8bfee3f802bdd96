import type { Driver } from "../drivers/driver.ts";
import { homeDirectory, logSpool, type Paths, storageDirectory } from "../fleet/paths.ts";
import type { PlannedStep } from "../fleet/step.ts";
import type { StoredState } from "../journal/state.ts";
import { planConverge } from "../plan/converge.ts";
import { performDeploy, performPromote } from "./deploy.ts";
import { fleetOf, surgeWanted } from "./desire.ts";
import { choosePortsFor, claimPortsFor } from "./fleet-ports.ts";
import { intendUp, needsDeploy, type UpRequest } from "./intent.ts";
import type { Members } from "./members.ts";
import type { Request, RequestContext } from "./request.ts";
import { carryRestore } from "./restore.ts";
import { performRollback } from "./rollback.ts";
import type { RunningFleet } from "./running-fleet.ts";
import { performScale } from "./scale.ts";
import { showPlan } from "./show-plan.ts";
import { endStrays } from "./strays.ts";
import type { Supervisor } from "./supervisor.ts";
import { NOTHING, worldOf } from "./world.ts";

export async function makeDirectories(driver: Driver, paths: Paths): Promise<void> {
  await driver.writeFiles([{ path: `${paths.state}/.gitignore`, content: "*\n", mode: 0o644, owner: "engine" }]);
  await driver.makeDirectory(`${paths.home}/config`, "service", 0o700);
  await driver.makeDirectory(`${paths.home}/data`, "service", 0o700);
  await driver.makeDirectory(`${paths.home}/logs`, "service", 0o755);
  await driver.makeDirectory(logSpool(paths), "service", 0o700);
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
  const { machine, paths, notes } = await host.observe(request.spec, request.directory, request.inherited.PATH);
  for (const text of notes) note(text);
  const previous = engine.fleet?.supervisor.store.state ?? null;
  if (previous !== null && needsDeploy(request, previous)) {
    note(
      `release ${previous.release} was deployed, so what the file now says of the application waits for tenfold deploy`,
    );
  }
  const intended = intendUp(request, previous, { now: host.now(), paths, bootId: host.bootId() });
  const driver = engine.fleet?.supervisor.members.driver ?? host.createDriver(machine, intended.id);
  if (engine.fleet === null && !context.dryRun) {
    const ended = await endStrays(driver, `${paths.home}/logs`, operation.hurry.signal);
    if (ended.length > 0)
      note(`${ended.length} members of a fleet whose state was lost still ran; they were stopped: ${ended.join(", ")}`);
  }
  const ports = await (context.dryRun ? choosePortsFor : claimPortsFor)(intended, driver, engine.fleet);
  const { book, notes: portNotes } = ports;
  for (const text of portNotes) note(text);
  const state = { ...intended, ports: book };
  if (context.dryRun) {
    const plan =
      engine.fleet === null
        ? planConverge(worldOf(state, fleetOf(state, machine, host.openSecrets(), surgeWanted(state)), NOTHING))
        : await engine.fleet.supervisor.planner.ofConverge({ state });
    return showPlan(context, plan);
  }
  await host.makeDirectories(state.paths, machine);
  await makeDirectories(driver, state.paths);
  const fleet = engine.fleet ?? engine.assemble(state, machine);
  fleet.supervisor.members.machine = machine;
  const known = state.releases.map(({ number }) => number);
  const own = previous?.release === state.release ? fleet.secrets.environment(state.release) : request.environment;
  const inherited = Object.entries(request.inherited).filter(([name]) => !(name in request.environment));
  // What starts from now on finds its programs where whoever gave this order does.
  fleet.secrets.save(state.release, { ...own, ...Object.fromEntries(inherited) }, known);
  fleet.supervisor.store.decide(state);
  if (previous === null) await fleet.supervisor.adoptLeaders();
  if ((fleet.supervisor.store.state.restore ?? null) !== null) await carryRestore({ fleet, note }, operation);
  await fleet.supervisor.converge(operation);
  await refreshDataTier(fleet.supervisor.members);
}

/** Who streams from whom was seen when each of them came up, before the others had. */
async function refreshDataTier(members: Members): Promise<void> {
  const servers = [...members.ofKind("postgres"), ...members.ofKind("redis")];
  await Promise.all(servers.map(({ name }) => members.keeper(name).refresh()));
}

async function performDown(context: RequestContext, supervisor: Supervisor): Promise<void> {
  const plan = await supervisor.planner.ofStop();
  if (context.dryRun) return showPlan(context, plan);
  supervisor.store.decide({ wanted: "stopped" });
  await supervisor.carryOut(context.operation, plan, true);
  supervisor.store.decideTopology({ serving: [], canary: [], postgresReadable: [] });
}

/** Carries out what is asked of a fleet that exists. */
export async function performOnFleet(
  request: Exclude<Request, { name: "up" | "backup" | "restore" }>,
  context: RequestContext,
  fleet: RunningFleet,
): Promise<void> {
  const { supervisor } = fleet;
  const carryOut = async (plan: readonly PlannedStep[]): Promise<void> => {
    if (context.dryRun) showPlan(context, plan);
    else await supervisor.carryOut(context.operation, plan);
  };
  const { beside } = context.operation;
  switch (request.name) {
    case "scale":
      return performScale(request, context, fleet);
    // Workers that come have no part in these plans; web instances would take the place of those that stand in for others.
    case "restart":
      return beside.during("workers", async () => carryOut(await supervisor.planner.ofRestart(request.members)));
    case "failover":
      return beside.during("workers", async () =>
        carryOut(await supervisor.planner.ofFailover(request.service, request.to)),
      );
    case "deploy":
      return performDeploy(request.deploy, context, fleet);
    case "promote":
      return performPromote(context, fleet);
    case "rollback":
      return performRollback(request.to, context, fleet);
    case "import":
      return carryOut(await supervisor.planner.ofImport(request.dump));
    case "down":
      return performDown(context, supervisor);
    default:
      return request satisfies never;
  }
}
