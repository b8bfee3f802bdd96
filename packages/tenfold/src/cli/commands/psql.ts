import { Fault } from "../../fault/fault.ts";
import type { Target } from "../../targets/target.ts";
import type { CommandDefinition } from "../command.ts";
import { runProgram } from "../run-program.ts";

/** A database's URL as the variables that psql reads, so that no password is ever an argument. */
export function libpqVariables(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    PGHOST: hostname,
    PGPORT: port === "" ? "5432" : port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
  };
}

const SUPERUSER = "postgres";

/** Through the socket, which needs no password: for the superuser, connections are kept when all others are taken. */
async function superuserVariables(target: Target, database: string): Promise<Record<string, string>> {
  const socket = await target.primarySocket();
  if (socket === null)
    throw new Fault("TF_NOT_CONFIGURED", "no primary of the fleet's own runs, whose superuser this could be", {
      hint: "tenfold ps shows what runs; a managed database has its own superuser",
    });
  return { PGHOST: socket.directory, PGPORT: `${socket.port}`, PGUSER: SUPERUSER, PGDATABASE: database };
}

export const psql: CommandDefinition = {
  name: "psql",
  usage: "[arguments...]",
  summary: "open psql on the fleet's database",
  description: "Connects to the primary, past the pooler. Arguments are psql's own.",
  options: [
    { flags: "--replica <number>", description: "connect to the n-th replica, through the pooler" },
    {
      flags: "--superuser",
      description: "connect as PostgreSQL's superuser, who may do everything, and for whom five connections are kept",
    },
  ],
  examples: [
    { run: "tenfold psql", does: "open a session on the primary" },
    { run: 'tenfold psql -c "SELECT * FROM replication_status"', does: "see how far the replicas are" },
    {
      run: 'tenfold psql --superuser -c "SELECT pid, usename, state, query FROM pg_stat_activity"',
      does: "see who has the connections, also when none is left",
    },
  ],
  passThrough: "all",
  run: async ({ target, options }, input) => {
    const environment = await target.environment(null);
    const replica = input.text("replica");
    if (replica !== null && input.has("superuser"))
      throw new Fault("TF_ARGUMENT", "--superuser and --replica exclude each other", {
        hint: "the superuser connects to the primary; remove one of the two",
      });
    const name = replica === null ? "DATABASE_DIRECT_URL" : `DATABASE_READ_URL_${replica}`;
    const url = environment[name];
    if (url === undefined) {
      const isThere = environment.DATABASE_DIRECT_URL !== undefined;
      throw new Fault(
        "TF_NOT_CONFIGURED",
        isThere ? `this fleet has no replica ${replica}` : "this fleet has no PostgreSQL",
        { hint: isThere ? "tenfold scale postgres.replicas=+1 adds one" : "write postgres: true to the fleet file" },
      );
    }
    const usual = libpqVariables(url);
    const variables = input.has("superuser") ? await superuserVariables(target, usual.PGDATABASE ?? "") : usual;
    return runProgram(["psql", ...input.words], {
      directory: options.directory,
      environment: { ...process.env, ...variables },
    });
  },
};
