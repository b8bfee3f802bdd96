import { randomBytes } from "node:crypto";
import { Fault } from "../fault/fault.ts";
import { chooseBackup, type RestoreTarget } from "../fleet/backup/choose.ts";
import type { Part } from "../fleet/backup/manifest.ts";
import type { Origin, Restore } from "../fleet/backup/restore.ts";
import { replacedDirectory } from "../fleet/paths.ts";
import type { StoredState } from "../journal/state.ts";
import { partsOf } from "../plan/backup.ts";
import { planStaging } from "../plan/restore.ts";
import { choosePortsFor } from "./fleet-ports.ts";
import { intendUp, type UpRequest } from "./intent.ts";
import type { Operation } from "./operation.ts";
import type { RequestContext } from "./request.ts";
import { makeDirectories } from "./requests.ts";
import type { RunningFleet } from "./running-fleet.ts";
import { showPlan } from "./show-plan.ts";

/** What `restore` is asked for. */
export interface RestoreRequest {
  /** What the file says, for a fleet that there is not yet; `null` where there is one. */
  readonly up: UpRequest | null;
  /** `null`: the newest that fits. */
  readonly backup: string | null;
  readonly to: RestoreTarget;
  /** `null`: all that the backup has. */
  readonly parts: readonly Part[] | null;
  readonly from: Origin | null;
}

/** How a restore reaches the fleet that it is for. */
export interface RestoreEngine {
  readonly fleet: RunningFleet | null;
  readonly assemble: (state: StoredState, machine: RunningFleet["machine"]) => RunningFleet;
}

function newId(): string {
  return randomBytes(4).toString("hex");
}

/** The same, with a port for the application that is chosen freely. */
export function withAnyPort(state: StoredState): StoredState {
  return { ...state, spec: { ...state.spec, balancer: { ...state.spec.balancer, port: null } } };
}

/** A fleet that shall have data before it first starts. */
async function found(
  request: UpRequest | null,
  { host, note }: RequestContext,
  engine: RestoreEngine,
): Promise<RunningFleet> {
  if (engine.fleet !== null) return engine.fleet;
  if (request === null)
    throw new Fault("TF_NOT_RUNNING", "there is no fleet to restore", { hint: "start one: tenfold up" });
  const { machine, paths, notes } = await host.observe(request.spec, request.directory, request.inherited.PATH);
  for (const text of notes) note(text);
  const intended = intendUp(request, null, { now: host.now(), paths, bootId: host.bootId() });
  const driver = host.createDriver(machine, intended.id);
  // It does not start yet, so a port that the file names may be taken: up will look again.
  const { book } = await choosePortsFor(withAnyPort(intended), driver, null);
  await host.makeDirectories(paths, machine);
  await makeDirectories(driver, paths);
  const state: StoredState = { ...intended, ports: book, wanted: "stopped" };
  const fleet = engine.assemble(state, machine);
  fleet.secrets.save(state.release, { ...request.inherited, ...request.environment }, [state.release]);
  fleet.supervisor.store.decide(state);
  return fleet;
}

function partsFor(request: RestoreRequest, state: StoredState, saved: readonly Part[], id: string): Part[] {
  const parts = partsOf(state.spec).filter((part) => saved.includes(part) && (request.parts?.includes(part) ?? true));
  if (parts.length === 0)
    throw new Fault("TF_BACKUP_UNKNOWN", `backup ${id} has nothing of what was asked for`, {
      hint: `it has ${saved.join(", ")}; this fleet can take ${partsOf(state.spec).join(", ")}`,
    });
  return parts;
}

/** Restores a fleet, or data for one that has not started yet. Faults: TF_BACKUP_UNKNOWN, TF_RESTORE_TIME, and its steps'. */
export async function performRestore(
  request: RestoreRequest,
  context: RequestContext,
  engine: RestoreEngine,
): Promise<void> {
  const fleet = await found(request.up, context, engine);
  const { supervisor, services } = fleet;
  const { store, members } = supervisor;
  const { backups, place } = await services.backup.inventory(members.context(), request.from);
  const manifests = backups.map(({ manifest }) => manifest);
  const { backup: id, to } = request;
  const manifest = chooseBackup(manifests, { id, to, now: context.host.now(), place });
  const saved = manifest.files.map(({ part }) => part);
  const { postgresPrimary, redisMaster } = store.state.topology;
  const restore: Restore = {
    id: newId(),
    stage: "staging",
    backup: manifest.id,
    to,
    parts: partsFor(request, store.state, saved, manifest.id),
    from: request.from,
    before: { postgresPrimary, redisMaster },
  };
  const plan = planStaging(restore, store.state.wanted === "running");
  if (context.dryRun) return showPlan(context, [...plan, ...(await supervisor.planner.ofReplace(restore))]);
  store.decide({ restore });
  await carryRestore({ fleet, note: context.note }, context.operation);
}

export interface RestoreParts {
  readonly fleet: RunningFleet;
  readonly note: (text: string) => void;
}

function restoreOf({ fleet }: RestoreParts): Restore {
  const { restore } = fleet.supervisor.store.state;
  if (restore === undefined || restore === null) throw new Error("there is no restore to carry through");
  return restore;
}

/**
 * Brings the stored restore about, from wherever an earlier attempt stopped. When it fails, what was there before is
 * there again, and the fault says why.
 */
export async function carryRestore(parts: RestoreParts, operation: Operation): Promise<void> {
  const { store } = parts.fleet.supervisor;
  if (restoreOf(parts).stage === "staging") await stage(parts, operation);
  if (restoreOf(parts).stage === "returning")
    return goBack(parts, operation, new Fault("TF_RESTORE_FAILED", "an earlier restore had failed"));
  try {
    await replace(parts, operation);
    if (store.state.wanted === "running") await parts.fleet.supervisor.converge(operation);
  } catch (error) {
    return goBack(parts, operation, error);
  }
  await end(parts, true);
}

async function end({ fleet, note }: RestoreParts, succeeded: boolean): Promise<void> {
  const { store, members } = fleet.supervisor;
  const restore = restoreOf({ fleet, note });
  await fleet.services.backup.finish(members.context(), restore, succeeded);
  store.decide({ restore: null });
  if (!succeeded) return;
  if (store.state.members.length > 0)
    note(`what was replaced is kept in ${replacedDirectory(store.state.paths, restore.id)} until the next backup`);
  if (store.state.wanted === "stopped") note("the fleet is down; tenfold up starts it with the restored data");
}

/** Fetches and plays back, in directories of this attempt: an earlier one may still have a process that writes. */
async function stage(parts: RestoreParts, operation: Operation): Promise<void> {
  const { supervisor, services } = parts.fleet;
  const { store, members } = supervisor;
  const restore: Restore = { ...restoreOf(parts), id: newId() };
  store.decide({ restore });
  try {
    await services.backup.clear(members.context(), restore);
    await supervisor.carryOut(operation, planStaging(restore, store.state.wanted === "running"));
  } catch (error) {
    await end(parts, false);
    throw error;
  }
  store.decide({ restore: { ...restore, stage: "replacing" } });
}

async function replace({ fleet, note }: RestoreParts, operation: Operation): Promise<void> {
  const { supervisor } = fleet;
  const { store } = supervisor;
  const restore = restoreOf({ fleet, note });
  if (restore.stage === "replacing") {
    await supervisor.carryOut(operation, await supervisor.planner.ofReplace(restore), true);
    // The data may be older than the code: its release command runs again.
    const { release: current, releases } = store.state;
    const again = restore.parts.includes("postgres")
      ? releases.map((one) => (one.number === current ? { ...one, released: one.application.release === false } : one))
      : releases;
    store.decide({
      releases: again,
      restore: { ...restore, stage: "starting" },
      topology: { ...store.state.topology, postgresReadable: [] },
    });
  }
}

/** What was there before is there again, whatever was reached. Always throws, in the end. */
async function goBack({ fleet, note }: RestoreParts, operation: Operation, error: unknown): Promise<never> {
  const { supervisor } = fleet;
  const { store } = supervisor;
  const restore = restoreOf({ fleet, note });
  note("the restore failed; everything becomes as it was before it");
  // Whoever cancelled the restore did not mean the way back; a second Ctrl-C does.
  const back: Operation = { ...operation, cancel: operation.hurry };
  store.decide({ restore: { ...restore, stage: "returning" } });
  await supervisor.carryOut(back, await supervisor.planner.ofReturn(restore), true);
  store.decide({
    releases: store.state.releases.map((one) =>
      one.number === store.state.release ? { ...one, released: true } : one,
    ),
    topology: { ...store.state.topology, ...restore.before, postgresReadable: [] },
  });
  if (store.state.wanted === "running") await supervisor.converge(back);
  await end({ fleet, note }, false);
  if (!(error instanceof Fault)) throw error;
  throw new Fault(error.code === "TF_CANCELLED" ? "TF_CANCELLED" : "TF_RESTORE_FAILED", `${error.message}`, {
    hint: `everything is as it was before${error.hint === undefined ? "" : `; ${error.hint}`}`,
    lines: error.lines,
  });
}
