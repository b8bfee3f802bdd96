import type { BackupReport, BackupsReport } from "@tenfold/protocol";
import { sizeOf } from "../fleet/backup/manifest.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { StoredState } from "../journal/state.ts";
import type { Inventory } from "../services/backup/control.ts";
import { dueAfter } from "../spec/backups/schedule.ts";
import { fleetOf } from "./desire.ts";
import { choosePortsFor } from "./fleet-ports.ts";
import type { EngineHost } from "./host.ts";
import { intendUp, type UpRequest } from "./intent.ts";
import { withAnyPort } from "./restore.ts";
import type { RunningFleet } from "./running-fleet.ts";

function iso(at: number): string {
  return new Date(at).toISOString();
}

function rowOf({ manifest, verified }: Inventory["backups"][number]): BackupReport {
  return {
    backup: manifest.id,
    startedAt: iso(manifest.startedAt),
    finishedAt: iso(manifest.finishedAt),
    parts: manifest.files.map(({ part }) => part),
    sizeBytes: sizeOf(manifest),
    plainBytes: manifest.files.reduce((sum, { plainSize }) => sum + plainSize, 0),
    release: manifest.release,
    postgres: manifest.postgres?.major ?? null,
    verified: verified === null ? null : { at: iso(verified.at), tables: verified.tables, rows: verified.rows },
  };
}

/** When the next backup is due; `null` when nobody has set a schedule, or the fleet is down. */
export function nextBackup({ spec, wanted, backups, releases }: StoredState): number | null {
  if (spec.backups.schedule === null || wanted !== "running") return null;
  // A fleet that is new has its first one a schedule later.
  return dueAfter(spec.backups.schedule, backups?.madeAt ?? Math.min(...releases.map(({ createdAt }) => createdAt)));
}

/** The fleet of a directory in which none was ever started, as far as a look at its backups needs it. */
async function unstarted(request: UpRequest, host: EngineHost): Promise<{ fleet: Fleet; state: StoredState }> {
  const { machine, paths } = await host.observe(request.spec, request.directory);
  const intended = intendUp(request, null, { now: host.now(), paths, bootId: host.bootId() });
  const { book } = await choosePortsFor(withAnyPort(intended), host.createDriver(machine, intended.id), null);
  const state: StoredState = { ...intended, ports: book, wanted: "stopped" };
  const fleet = fleetOf(state, machine, host.openSecrets(), 0);
  const { release } = fleet;
  return {
    fleet: { ...fleet, releases: new Map([[release.number, { release, environment: request.environment }]]) },
    state,
  };
}

/** Every backup that is kept, the newest first. Faults: TF_BACKUP_PLACE, TF_BACKUP_DAMAGED. */
export async function reportBackups(
  request: UpRequest | null,
  host: EngineHost,
  running: RunningFleet | null,
): Promise<BackupsReport> {
  const known = running === null && request !== null ? await unstarted(request, host) : null;
  const services = running?.services ?? host.createServices();
  const state = running?.supervisor.store.state ?? known?.state;
  const fleet = running?.supervisor.members.fleet ?? known?.fleet;
  if (state === undefined || fleet === undefined) throw new Error("there is no fleet to look at");
  const driver = running?.supervisor.members.driver ?? host.createDriver(fleet.machine, fleet.id);
  const context = { fleet, driver, signal: new AbortController().signal };
  const { place, backups, logUntil } = await services.backup.inventory(context, null);
  const next = nextBackup(state);
  return {
    version: 1,
    fleet: state.spec.name,
    place,
    logUntil: logUntil === null ? null : iso(logUntil),
    failure: state.backups?.failure ?? null,
    nextAt: next === null ? null : iso(next),
    backups: backups.map(rowOf).toReversed(),
  };
}
