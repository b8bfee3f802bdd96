import { membersOf } from "../../fleet/data.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import type { RenderedFile, Rendering } from "../../fleet/launch.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import { configFile, dataDirectory, logFile, logSpool } from "../../fleet/paths.ts";
import { SUPERUSER_CONNECTIONS, tunePostgres } from "../../fleet/tuning.ts";
import { localPostgres } from "../../spec/local.ts";
import type { Bytes } from "../../units/bytes.ts";
import { seconds } from "../../units/millis.ts";
import { programPath } from "../program.ts";

export const SUPERUSER = "postgres";
export const REPLICATOR = "replicator";
const IDENT_MAP = "tenfold";

/** The name by which a server is known to its primary: an SQL identifier needs no quotes. */
export function applicationName(member: MemberName): string {
  return member.replaceAll("-", "_");
}

/** PostgreSQL's own spelling, in which case matters. */
function kilobytes(value: Bytes): string {
  return `${Math.floor(value / 1024)}kB`;
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** libpq's connection string for streaming from a member; through the socket, which knows the service user. */
export function replicationConninfo(fleet: Fleet, from: Member, as: MemberName): string {
  const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  return `host=${quoted(fleet.paths.run)} port=${from.port} user=${REPLICATOR} application_name=${applicationName(as)} connect_timeout=2`;
}

/** Any one of the other servers must have a commit on disk; none when there are no others, or none is waited for. */
export function synchronousStandbyNames(fleet: Fleet, member: Pick<Member, "name">): string {
  if (fleet.topology.postgresAlone) return "";
  const others = membersOf(fleet, "postgres").filter(({ name }) => name !== member.name);
  return others.length === 0 ? "" : `ANY 1 (${others.map(({ name }) => applicationName(name)).join(", ")})`;
}

/**
 * Puts a whole file of the log into the spool, from where the engine takes it away: whole or not at all, on disk when it
 * is done, and never over another one.
 */
function archiveCommand({ spec, paths }: Fleet): string {
  if (!spec.backups.log) return "true";
  const word = `'${logSpool(paths).replaceAll("'", "'\\''").replaceAll("%", "%%")}'`;
  const [file, unfinished] = [`${word}/%f`, `${word}/.%f.unfinished`];
  return `if test -e ${file}; then cmp -s %p ${file}; else cp %p ${unfinished} && sync ${unfinished} && mv -T ${unfinished} ${file}; fi`;
}

function settings(fleet: Fleet, member: Member): [string, string][] {
  const tuning = tunePostgres(fleet);
  const primary = membersOf(fleet, "postgres").find(({ name }) => name === fleet.topology.postgresPrimary);
  const follows =
    primary === undefined || primary.name === member.name ? "" : replicationConninfo(fleet, primary, member.name);
  return [
    ["listen_addresses", "127.0.0.1"],
    ["port", `${member.port}`],
    ["unix_socket_directories", fleet.paths.run],
    ["unix_socket_permissions", "0700"],
    ["hba_file", configFile(fleet.paths, `${member.name}.hba.conf`)],
    ["ident_file", configFile(fleet.paths, `${member.name}.ident.conf`)],
    ["cluster_name", `${fleet.spec.name}/${member.name}`],
    ["password_encryption", "scram-sha-256"],
    ["max_connections", `${tuning.maxConnections}`],
    ["superuser_reserved_connections", `${SUPERUSER_CONNECTIONS}`],
    ["shared_buffers", kilobytes(tuning.sharedBuffers)],
    ["effective_cache_size", kilobytes(tuning.effectiveCacheSize)],
    ["work_mem", kilobytes(tuning.workMem)],
    ["maintenance_work_mem", kilobytes(tuning.maintenanceWorkMem)],
    ["max_worker_processes", `${tuning.maxParallelWorkers + 4}`],
    ["max_parallel_workers", `${tuning.maxParallelWorkers}`],
    ["shared_preload_libraries", "pg_stat_statements"],
    // ALTER ROLE ... PASSWORD would be kept with its password.
    ["pg_stat_statements.track_utility", "off"],
    ["wal_level", "replica"],
    ["wal_compression", "on"],
    ["wal_log_hints", "on"],
    ["wal_keep_size", "512MB"],
    ["max_wal_size", "2GB"],
    // What can be switched without a restart is the command.
    ["archive_mode", "on"],
    ["archive_command", archiveCommand(fleet)],
    ["archive_timeout", fleet.spec.backups.log ? "60s" : "0"],
    ["max_wal_senders", "12"],
    ["max_replication_slots", "12"],
    ["checkpoint_timeout", "15min"],
    ["hot_standby", "on"],
    ["hot_standby_feedback", "on"],
    ["synchronous_commit", "on"],
    ["synchronous_standby_names", synchronousStandbyNames(fleet, member)],
    ["primary_conninfo", follows],
    ["recovery_target_timeline", "latest"],
    // The default of 5 s alone would make every failover take that long.
    ["wal_retrieve_retry_interval", "100ms"],
    ["wal_receiver_status_interval", "1s"],
    ["wal_receiver_timeout", "5s"],
    ["wal_sender_timeout", "5s"],
    ["idle_in_transaction_session_timeout", "5min"],
    ["log_line_prefix", "%m [%p] %q%u@%d "],
    ["log_min_duration_statement", "1s"],
    ["log_checkpoints", "off"],
    ["log_lock_waits", "on"],
    ["timezone", "UTC"],
    ["log_timezone", "UTC"],
  ];
}

function configuration(fleet: Fleet, member: Member): string {
  const own = localPostgres(fleet.spec)?.settings ?? {};
  const lines = [...new Map([...settings(fleet, member), ...Object.entries(own)])].map(
    ([name, value]) => `${name} = ${quote(value)}`,
  );
  return `# Rendered by Tenfold. Write your own settings to postgres.settings in the fleet file.\n${lines.join("\n")}\n`;
}

function hba(): string {
  return [
    "# Rendered by Tenfold. The socket knows who connects (peer); TCP needs a password.",
    `local replication ${REPLICATOR} peer map=${IDENT_MAP}`,
    `local all ${SUPERUSER} peer map=${IDENT_MAP}`,
    "local all all scram-sha-256",
    `host all ${SUPERUSER} all reject`,
    "host all all 127.0.0.1/32 scram-sha-256",
    "",
  ].join("\n");
}

function ident(fleet: Fleet): string {
  const users = [...new Set([fleet.machine.users.service.name, fleet.machine.users.engine.name])];
  const lines = users.flatMap((user) =>
    [SUPERUSER, REPLICATOR].map((role) => `${IDENT_MAP} ${quoteIdent(user)} ${role}`),
  );
  return `${lines.join("\n")}\n`;
}

function quoteIdent(user: string): string {
  return /^[a-z0-9_-]+$/i.test(user) ? user : `"${user.replaceAll('"', '""')}"`;
}

/** A PostgreSQL server. Its files can be taken by a reload, but for the settings that PostgreSQL itself cannot change. */
export function renderPostgres(fleet: Fleet, member: Member): Rendering {
  const file = (suffix: string, content: string): RenderedFile => ({
    path: configFile(fleet.paths, `${member.name}.${suffix}`),
    content,
    mode: 0o600,
    owner: "service",
  });
  return {
    files: [file("conf", configuration(fleet, member)), file("hba.conf", hba()), file("ident.conf", ident(fleet))],
    launch: {
      argv: [
        programPath(fleet, "postgres"),
        "-D",
        dataDirectory(fleet.paths, member.name),
        "-c",
        `config_file=${configFile(fleet.paths, `${member.name}.conf`)}`,
      ],
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C.UTF-8", PGTZ: "UTC" },
      cwd: fleet.paths.home,
      runAs: "service",
      log: logFile(fleet.paths, member.name),
      // Fast shutdown: sessions are cut, what is committed is sent to the replicas, then it ends.
      stop: { signal: "SIGINT", grace: seconds(30) },
      memory: false,
      cpu: false,
    },
  };
}
