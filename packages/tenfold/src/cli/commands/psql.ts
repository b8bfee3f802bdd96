import { Fault } from "../../fault/fault.ts";
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

export const psql: CommandDefinition = {
  name: "psql",
  usage: "[arguments...]",
  summary: "open psql on the fleet's database",
  description: "Connects to the primary, past the pooler. Arguments are psql's own.",
  options: [{ flags: "--replica <number>", description: "connect to the n-th replica, through the pooler" }],
  examples: [
    { run: "tenfold psql", does: "open a session on the primary" },
    { run: 'tenfold psql -c "SELECT * FROM replication_status"', does: "see how far the replicas are" },
  ],
  passThrough: "all",
  run: async ({ target, options }, input) => {
    const environment = await target.environment(null);
    const replica = input.text("replica");
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
    return runProgram(["psql", ...input.words], {
      directory: options.directory,
      environment: { ...process.env, ...libpqVariables(url) },
    });
  },
};
