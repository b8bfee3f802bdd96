import { databaseName, memberNamed, readDatabaseName, readTarget } from "../../fleet/data.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import type { RenderedFile, Rendering } from "../../fleet/launch.ts";
import { isAtLeast } from "../../fleet/machine.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import { configFile, logFile } from "../../fleet/paths.ts";
import { localPostgres } from "../../spec/local.ts";
import { seconds } from "../../units/millis.ts";
import { programPath } from "../program.ts";

/** Who may pause, resume and reload it. */
export const POOLER_ADMIN = "tenfold_admin";

const MOST_READ_DATABASES = 8;

function userlistLine(user: string, password: string): string {
  return `"${user}" "${password.replaceAll('"', '""')}"`;
}

function databases(fleet: Fleet): string[] {
  const name = databaseName(fleet.spec);
  const line = (alias: string, target: MemberName | null): string[] =>
    target === null ? [] : [`${alias} = host=127.0.0.1 port=${memberNamed(fleet, target).port} dbname=${name}`];
  // All that could ever be given out: a process that was told of a replica which has left goes on reading.
  const reads = Array.from({ length: MOST_READ_DATABASES }, (_, at) =>
    line(readDatabaseName(fleet.spec, at + 1), readTarget(fleet, at + 1)),
  );
  return [...line(name, fleet.topology.postgresPrimary), ...reads.flat()];
}

/**
 * Older ones cannot keep named prepared statements apart in transaction mode; newer ones know of statements that no other
 * process does, so that their clients cannot be handed over.
 */
function keepsStatements(fleet: Fleet): boolean {
  return isAtLeast(fleet.machine.programs.pgbouncer?.version ?? [0, 0, 0], [1, 21, 0]);
}

function configuration(fleet: Fleet, member: Member): string {
  const pool = localPostgres(fleet.spec)?.pool;
  const settings: [string, string | number][] = [
    ["listen_addr", "127.0.0.1"],
    ["listen_port", `${member.port}`],
    ["unix_socket_dir", fleet.paths.run],
    ["unix_socket_mode", "0700"],
    ["auth_type", "scram-sha-256"],
    ["auth_file", configFile(fleet.paths, `${member.name}.users`)],
    ["admin_users", POOLER_ADMIN],
    ["pool_mode", "transaction"],
    ["default_pool_size", pool?.size ?? 25],
    ["max_client_conn", pool?.clients ?? 2000],
    // Also the limit of how long clients wait through a failover.
    ["query_wait_timeout", Math.max(1, Math.ceil((pool?.wait ?? seconds(15)) / 1000))],
    ["server_connect_timeout", 2],
    // In seconds: so soon after a promotion it tries again, and so long it refuses clients after a login that failed.
    ["server_login_retry", 0.02],
    ["server_fast_close", 1],
    ["server_idle_timeout", 600],
    ["server_lifetime", 3600],
    ["listen_backlog", 1024],
    ["ignore_startup_parameters", "extra_float_digits,options,search_path"],
    ["log_connections", 0],
    ["log_disconnections", 0],
    ["log_stats", 0],
    ["tcp_keepalive", 1],
  ];
  if (keepsStatements(fleet)) settings.push(["max_prepared_statements", 200]);
  const lines = settings.map(([name, value]) => `${name} = ${value}`);
  return `; Rendered by Tenfold.\n[databases]\n${databases(fleet).join("\n")}\n\n[pgbouncer]\n${lines.join("\n")}\n`;
}

/** PgBouncer in transaction mode, before the primary as the database's own name and before each replica as `NAME_read_N`. */
export function renderPgbouncer(fleet: Fleet, member: Member): Rendering {
  const users = [
    userlistLine(databaseName(fleet.spec), fleet.secrets.postgresApplication.reveal()),
    userlistLine(POOLER_ADMIN, fleet.secrets.poolerAdmin.reveal()),
  ];
  const file = (suffix: string, content: string): RenderedFile => ({
    path: configFile(fleet.paths, `${member.name}.${suffix}`),
    content,
    mode: 0o600,
    owner: "service",
  });
  const ini = file("ini", configuration(fleet, member));
  const program = programPath(fleet, "pgbouncer");
  return {
    files: [ini, file("users", `${users.join("\n")}\n`)],
    launch: {
      argv: [program, ini.path],
      ...(keepsStatements(fleet) ? {} : { successor: [program, "-R", ini.path] }),
      env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
      cwd: fleet.paths.home,
      runAs: "service",
      log: logFile(fleet.paths, member.name),
      // Waits for queries to finish, then ends.
      stop: { signal: "SIGINT", grace: seconds(5) },
      memory: false,
      cpu: false,
    },
  };
}
