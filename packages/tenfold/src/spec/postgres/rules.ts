import type { Rule } from "../rule.ts";
import type { Spec } from "../spec.ts";
import type { LocalPostgres } from "./postgres.ts";

/** Connections beside the pool's: superusers', replication, monitoring, release commands, `psql`. */
const FURTHER_CONNECTIONS = 15;

/** Settings that Tenfold must choose, and what to do instead. */
const TAKEN: Readonly<Record<string, string>> = {
  port: "every server gets a free port",
  listen_addresses: "servers listen on this machine only",
  unix_socket_directories: "sockets are kept in .tenfold",
  data_directory: "data is kept in .tenfold",
  config_file: "it is written anew at each start",
  hba_file: "it is written anew at each start",
  ident_file: "it is written anew at each start",
  external_pid_file: "servers are found without it",
  include: "write the settings themselves",
  include_dir: "write the settings themselves",
  include_if_exists: "write the settings themselves",
  hot_standby: "replicas answer reads",
  primary_conninfo: "replicas follow the primary of the moment",
  primary_slot_name: "replicas follow the primary of the moment",
  restore_command: "replicas follow the primary of the moment",
  recovery_target_timeline: "replicas follow the primary of the moment",
  archive_mode: "backups decides it",
  archive_command: "backups.log decides it",
  archive_library: "backups.log decides it",
  archive_timeout: "the log is copied at least once a minute",
  synchronous_standby_names: "postgres.replicas decides it",
  password_encryption: "passwords are SCRAM",
  wal_log_hints: "a former primary needs it to rejoin",
  logging_collector: "output goes to the member's log",
};

function localOf({ postgres }: Spec): LocalPostgres | undefined {
  return postgres !== false && postgres.kind === "local" ? postgres : undefined;
}

/** PgBouncer and PostgreSQL keep some names for themselves, and the pooler makes `<name>_read_1`, ... of it. */
export const databaseIsFree: Rule = (spec) => {
  const local = localOf(spec);
  if (local === undefined) return [];
  const name = local.database ?? spec.name.replaceAll("-", "_");
  const isTaken = /^(postgres|template0|template1|pgbouncer)$/.test(name);
  if (!isTaken && !/_read_\d+$/.test(name)) return [];
  const why = isTaken ? "which is taken by the server itself" : "which is how the pooler calls a replica";
  return local.database === null
    ? [
        {
          path: ["name"],
          message: `gives the database the name ${name}, ${why}; set postgres.database`,
          others: [["postgres"]],
        },
      ]
    : [{ path: ["postgres", "database"], message: `is ${name}, ${why}; choose another name` }];
};

export const settingsAreFree: Rule = (spec) =>
  Object.entries(localOf(spec)?.settings ?? {}).flatMap(([name, value]) => {
    const path = ["postgres", "settings", name];
    if (Object.hasOwn(TAKEN, name)) return [{ path, message: `cannot be chosen: ${TAKEN[name]}` }];
    if (name === "wal_level" && value === "minimal")
      return [{ path, message: "is minimal, which replicas cannot follow; it must be replica or logical" }];
    if (name === "fsync" && /^(off|false|no|0)$/i.test(value))
      return [{ path, message: `is ${value}, with which a power failure destroys the database; leave it on` }];
    return [];
  });

export const poolFitsServer: Rule = (spec) => {
  const local = localOf(spec);
  const written = local?.settings.max_connections;
  if (local === undefined || written === undefined) return [];
  const path = ["postgres", "settings", "max_connections"];
  const others = [["postgres", "pool", "size"]];
  const needed = local.pool.size + FURTHER_CONNECTIONS;
  if (!/^\d+$/.test(written))
    return [{ path, message: `is ${JSON.stringify(written.slice(0, 60))}; it must be a whole number`, others }];
  if (Number(written) >= needed) return [];
  const message =
    `is ${written}, too few for postgres.pool.size, which is ${local.pool.size}, and ${FURTHER_CONNECTIONS} more for ` +
    `replication, monitoring and release commands; make it ${needed} or more, or the pool smaller`;
  return [{ path, message, others }];
};

/** Every process of the application needs one connection to the pooler at least. */
export const poolFitsClients: Rule = (spec) => {
  const local = localOf(spec);
  if (local === undefined) return [];
  const { size, clients } = local.pool;
  const workers = Object.values(spec.workers).reduce((sum, worker) => sum + worker.instances.max, 0);
  const processes = spec.web.instances.max + workers + (spec.scheduler === false ? 0 : 1);
  const path = ["postgres", "pool", "clients"];
  if (clients < size)
    return [
      {
        path,
        message: `is ${clients}, below postgres.pool.size, which is ${size}`,
        others: [["postgres", "pool", "size"]],
      },
    ];
  if (clients >= processes) return [];
  const message = `is ${clients}, fewer than the ${processes} processes of the application at their most; make it ${processes} or more`;
  return [{ path, message, others: [["web", "instances"], ["workers"]] }];
};
