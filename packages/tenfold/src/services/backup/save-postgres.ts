import { PassThrough } from "node:stream";
import { Fault } from "../../fault/fault.ts";
import type { SavedFile, SavedPostgres } from "../../fleet/backup/manifest.ts";
import { memberNamed } from "../../fleet/data.ts";
import { REPLICATOR } from "../../render/postgres/postgres.ts";
import { seconds } from "../../units/millis.ts";
import { openSuperuser } from "../postgres/client.ts";
import type { Context } from "../service.ts";
import type { Repository } from "./repository.ts";
import { store } from "./stream.ts";
import { postgresProgram, toolFault, tryTool } from "./tools.ts";

const WITHIN = seconds(30);

export interface PostgresCopy {
  readonly file: SavedFile;
  readonly postgres: SavedPostgres;
  /** Milliseconds since 1970. */
  readonly finishedAt: number;
}

/**
 * Copies the primary's data while it runs, with as much of the log as makes the copy whole by itself. A slot of the
 * session keeps that log until it is copied, and goes with the session, also when the engine dies.
 * Faults: TF_BACKUP_FAILED, TF_DISK_FULL, those of the place.
 */
export async function savePostgres(context: Context, repository: Repository, id: string): Promise<PostgresCopy> {
  const { fleet } = context;
  if (fleet.topology.postgresPrimary === null) throw new Error("no PostgreSQL to save");
  const primary = memberNamed(fleet, fleet.topology.postgresPrimary);
  await using session = await openSuperuser(fleet, primary, { within: WITHIN }).catch((error: unknown) => {
    throw new Fault("TF_BACKUP_FAILED", `${primary.name} does not answer: ${(error as Error).message}`, {
      hint: "tenfold health shows what is wrong with it",
    });
  });
  const slot = `tenfold_${id.toLowerCase()}`;
  await session.query(`SELECT pg_create_physical_replication_slot('${slot}', true, true)`);
  const [control] = await session.query("SELECT system_identifier::text AS system FROM pg_control_system()");
  const stream = new PassThrough();
  const from = ["-h", fleet.paths.run, "-p", `${primary.port}`, "-U", REPLICATOR, "--no-password"];
  const how = ["--format=tar", "--wal-method=fetch", "--checkpoint=fast", "--manifest-checksums=SHA256", "--verbose"];
  const name = repository.fileName(id, "postgres");
  const [outcome, { plain, kept }] = await Promise.all([
    tryTool(context, {
      argv: [postgresProgram(context, "pg_basebackup"), "--pgdata=-", ...how, `--label=tenfold ${id}`, ...from],
      runAs: "service",
      sink: stream,
    }),
    store(repository.place, name, { content: stream, signal: context.signal }),
  ]);
  if (outcome.code !== 0) throw toolFault(outcome, "TF_BACKUP_FAILED", `pg_basebackup could not copy ${primary.name}`);
  const start = /start point: ([0-9A-F/]+) on timeline (\d+)/.exec(outcome.output);
  const end = /end point: ([0-9A-F/]+)/.exec(outcome.output);
  if (start === null || end === null)
    throw toolFault(outcome, "TF_BACKUP_FAILED", "pg_basebackup said not what it copied");
  return {
    file: { part: "postgres", name, ...kept, plainSize: plain.size },
    postgres: {
      major: fleet.machine.programs.postgres?.version[0] ?? 0,
      system: String(control?.system),
      timeline: Number(start[2]),
      start: start[1] ?? "",
      end: end[1] ?? "",
    },
    finishedAt: Date.now(),
  };
}
