import { Fault } from "../../fault/fault.ts";
import { memberNamed } from "../../fleet/data.ts";
import type { Member } from "../../fleet/member.ts";
import { SUPERUSER } from "../../render/postgres/postgres.ts";
import { openSuperuser, type Session } from "../postgres/client.ts";
import { identifier } from "../postgres/sql.ts";
import type { Context } from "../service.ts";
import { COPY_WITHIN } from "./tools.ts";

function primaryOf({ fleet }: Context): Member {
  if (fleet.topology.postgresPrimary === null)
    throw new Fault("TF_NOT_CONFIGURED", "this fleet runs no PostgreSQL of its own");
  return memberNamed(fleet, fleet.topology.postgresPrimary);
}

export function connect(context: Context, database: string): Promise<Session & AsyncDisposable> {
  return openSuperuser(context.fleet, primaryOf(context), { database, within: COPY_WITHIN });
}

/** How libpq's programs reach a database of the primary's, as the superuser. */
export function libpq(context: Context, database: string): Record<string, string> {
  return {
    PGHOST: context.fleet.paths.run,
    PGPORT: `${primaryOf(context).port}`,
    PGUSER: SUPERUSER,
    PGDATABASE: database,
  };
}

/** Extensions need a superuser, so they are made before all else; one that is not installed here is told by name. */
export async function makeExtensions(context: Context, side: string, names: readonly string[]): Promise<void> {
  await using session = await connect(context, side);
  for (const name of names) {
    if (name === "plpgsql") continue;
    await session.query(`CREATE EXTENSION IF NOT EXISTS ${identifier(name)}`).catch((error: unknown) => {
      throw new Fault("TF_IMPORT_FAILED", `the dump needs the extension ${name}: ${(error as Error).message}`, {
        hint: `install it for this PostgreSQL; on Debian many are in postgresql-${context.fleet.machine.programs.postgres?.version[0]}-${name}`,
      });
    });
  }
}
