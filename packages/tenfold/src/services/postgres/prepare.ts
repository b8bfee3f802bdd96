import { Fault } from "../../fault/fault.ts";
import { memberNamed } from "../../fleet/data.ts";
import type { Member } from "../../fleet/member.ts";
import { dataDirectory } from "../../fleet/paths.ts";
import { REPLICATOR, SUPERUSER } from "../../render/postgres/postgres.ts";
import { bytes } from "../../units/bytes.ts";
import { seconds } from "../../units/millis.ts";
import type { Context } from "../service.ts";
import { openSuperuser } from "./client.ts";
import { runPostgresProgram, tryPostgresProgram } from "./programs.ts";

/** In a data directory that initdb has made and no server has opened: it may be copied. */
const FRESH = "tenfold.fresh";
const SIGNAL = "standby.signal";
const SMALL = bytes(4096);
const COPY_WITHIN = seconds(24 * 3600);
const CHECKPOINT_WITHIN = seconds(300);

export function freshMarker(directory: string): string {
  return `${directory}/${FRESH}`;
}

/** Makes the data directory of a server what its place in the fleet asks for. */
export async function preparePostgres(context: Context, member: Member): Promise<void> {
  const directory = dataDirectory(context.fleet.paths, member.name);
  const exists = await checkVersion(context, member, directory);
  if (member.name === context.fleet.topology.postgresPrimary) {
    if (!exists) await initialise(context, member, directory);
    return;
  }
  if (!exists) await clone(context, member, directory);
  else if ((await read(context, `${directory}/${SIGNAL}`)) === null) await rejoin(context, member);
}

/** Data of a primary that is none any more would be served as if it were: it has to rejoin before it may start. */
export async function unfitPostgres(context: Context, member: Member): Promise<string | null> {
  if (member.name === context.fleet.topology.postgresPrimary) return null;
  const isStandby = (await read(context, `${dataDirectory(context.fleet.paths, member.name)}/${SIGNAL}`)) !== null;
  return isStandby ? null : "has to be made a replica again before it may start";
}

async function read(context: Context, path: string): Promise<string | null> {
  return context.driver.readText(path, SMALL);
}

/** Whether there is data. Fault: TF_POSTGRES_DATA_VERSION when this PostgreSQL cannot read it. */
async function checkVersion(context: Context, member: Member, directory: string): Promise<boolean> {
  const found = await read(context, `${directory}/PG_VERSION`);
  if (found === null) return false;
  const installed = context.fleet.machine.programs.postgres?.version[0];
  if (Number(found.trim()) === installed) return true;
  throw new Fault(
    "TF_POSTGRES_DATA_VERSION",
    `${directory} was made by PostgreSQL ${found.trim()}, but the one installed is ${installed}`,
    {
      hint: `install PostgreSQL ${found.trim()} beside it (apt-get install postgresql-${found.trim()}), or move ${member.name} over with pg_upgrade; nothing was changed`,
    },
  );
}

/** Works in a directory beside it and renames at the end, so that what was interrupted is never taken for data. */
async function inPlace(
  context: Context,
  member: Member,
  directory: string,
  fill: (target: string) => Promise<void>,
): Promise<void> {
  const target = `${directory}.new`;
  await context.driver.removeDirectory(target);
  await fill(target);
  await runPostgresStep(context, member, ["mv", "-T", target, directory]);
}

async function runPostgresStep(context: Context, member: Member, argv: readonly string[]): Promise<void> {
  const outcome = await context.driver.run(
    {
      argv,
      env: { PATH: "/usr/bin:/bin" },
      cwd: "/",
      runAs: "service",
      log: "/dev/null",
      stop: { signal: "SIGTERM", grace: seconds(1) },
      memory: false,
      cpu: false,
    },
    { timeout: seconds(60), signal: context.signal },
  );
  if (outcome.code !== 0)
    throw new Fault("TF_PREPARE_FAILED", `the data directory of ${member.name} could not be put in place`, {
      lines: [outcome.output],
    });
}

async function initialise(context: Context, member: Member, directory: string): Promise<void> {
  await inPlace(context, member, directory, async (target) => {
    const options = [
      "--username",
      SUPERUSER,
      "--auth-local=peer",
      "--auth-host=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C.UTF-8",
    ];
    await runPostgresProgram(context, member, {
      argv: ["initdb", "--pgdata", target, "--data-checksums", "--no-instructions", ...options],
      within: seconds(120),
    });
    await context.driver.writeFiles([{ path: freshMarker(target), content: "", mode: 0o600, owner: "service" }]);
  });
}

async function signalStandby(context: Context, directory: string): Promise<void> {
  await context.driver.writeFiles([{ path: `${directory}/${SIGNAL}`, content: "", mode: 0o600, owner: "service" }]);
}

/** Copies the primary's data: file by file while no server has ever opened it, else with pg_basebackup from the running one. */
async function clone(context: Context, member: Member, directory: string): Promise<void> {
  const { fleet } = context;
  if (fleet.topology.postgresPrimary === null) throw new Error("a replica without a primary");
  const primary = memberNamed(fleet, fleet.topology.postgresPrimary);
  const source = dataDirectory(fleet.paths, primary.name);
  const isFresh = (await read(context, freshMarker(source))) !== null;
  await inPlace(context, member, directory, async (target) => {
    if (isFresh) {
      await context.driver.copyDirectory(source, target, "service");
      await context.driver.removeDirectory(freshMarker(target));
    } else {
      const from = ["-h", fleet.paths.run, "-p", `${primary.port}`, "-U", REPLICATOR];
      await runPostgresProgram(context, member, {
        argv: [
          "pg_basebackup",
          "--pgdata",
          target,
          ...from,
          "--wal-method=stream",
          "--checkpoint=fast",
          "--no-password",
        ],
        within: COPY_WITHIN,
      });
    }
    await signalStandby(context, target);
  });
}

/**
 * Until the first checkpoint after its promotion, a primary's control file names its former timeline. From that pg_rewind
 * (before 16) concludes that nothing has to be undone, or leaves a server that cannot start.
 */
async function tellTimeline({ fleet }: Context, primary: Member): Promise<void> {
  await using session = await openSuperuser(fleet, primary, { within: CHECKPOINT_WITHIN });
  await session.query("CHECKPOINT");
}

/** A former primary becomes a replica: what it alone has is undone by pg_rewind; where that cannot be, it is made anew. */
export async function rejoin(context: Context, member: Member, how: "rewind" | "copy" = "rewind"): Promise<void> {
  const { fleet } = context;
  const directory = dataDirectory(fleet.paths, member.name);
  if (fleet.topology.postgresPrimary === null) throw new Error("a replica without a primary");
  const primary = memberNamed(fleet, fleet.topology.postgresPrimary);
  if (how === "copy") return replace(context, member, directory);
  await tellTimeline(context, primary);
  const quoted = fleet.paths.run.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
  const source = `host='${quoted}' port=${primary.port} user=${SUPERUSER} dbname=postgres`;
  const rewound = await tryPostgresProgram(context, member, {
    argv: ["pg_rewind", "--target-pgdata", directory, "--source-server", source],
    within: COPY_WITHIN,
  });
  return rewound.code === 0 ? signalStandby(context, directory) : replace(context, member, directory);
}

/** A new copy of the primary's data; the old stays until the new one is complete. */
async function replace(context: Context, member: Member, directory: string): Promise<void> {
  await clone(context, member, `${directory}.rebuilt`);
  const old = `${directory}.old`;
  await context.driver.removeDirectory(old);
  await runPostgresStep(context, member, ["mv", "-T", directory, old]);
  await runPostgresStep(context, member, ["mv", "-T", `${directory}.rebuilt`, directory]);
  await context.driver.removeDirectory(old);
}
