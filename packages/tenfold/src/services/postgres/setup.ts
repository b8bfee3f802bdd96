import { databaseName } from "../../fleet/data.ts";
import type { Member } from "../../fleet/member.ts";
import { dataDirectory } from "../../fleet/paths.ts";
import { REPLICATOR } from "../../render/postgres/postgres.ts";
import { seconds } from "../../units/millis.ts";
import type { Context } from "../service.ts";
import { openSuperuser, type Session } from "./client.ts";
import { freshMarker } from "./prepare.ts";
import { scramVerifier, verifierMatches } from "./scram.ts";
import { identifier, literal } from "./sql.ts";

const WITHIN = seconds(60);

/**
 * Lag of each replica. A function of the superuser's, since other roles see no positions in pg_stat_replication;
 * the seconds are zero when a replica has everything, for an idle primary otherwise looks ever later.
 */
const REPLICATION_STATUS = `
CREATE SCHEMA IF NOT EXISTS tenfold;
CREATE OR REPLACE FUNCTION tenfold.read_replication_status()
RETURNS TABLE (replica text, state text, sync_state text, lag_bytes bigint, lag_seconds double precision)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT application_name, state, sync_state,
         pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::bigint,
         CASE WHEN replay_lsn >= pg_current_wal_lsn() THEN 0
              ELSE coalesce(extract(epoch FROM replay_lag), 0)::double precision END
  FROM pg_stat_replication
$$;
CREATE OR REPLACE VIEW tenfold.replication_status AS SELECT * FROM tenfold.read_replication_status();
GRANT USAGE ON SCHEMA tenfold TO public;
GRANT SELECT ON tenfold.replication_status TO public;
CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA tenfold;
`;

async function has(session: Session, sql: string): Promise<boolean> {
  return (await session.query(sql)).length > 0;
}

async function ensureRoles(session: Session, owner: string, password: string): Promise<void> {
  const [role] = await session.query(`SELECT rolpassword FROM pg_authid WHERE rolname = ${literal(owner)}`);
  if (role === undefined)
    await session.query(`CREATE ROLE ${identifier(owner)} LOGIN PASSWORD ${literal(scramVerifier(password))}`);
  else if (!verifierMatches(String(role.rolpassword), password)) {
    await session.query(`ALTER ROLE ${identifier(owner)} PASSWORD ${literal(scramVerifier(password))}`);
  }
  await session.query(`ALTER ROLE ${identifier(owner)} SET search_path = "$user", public, tenfold`);
  if (!(await has(session, `SELECT 1 FROM pg_roles WHERE rolname = ${literal(REPLICATOR)}`))) {
    await session.query(`CREATE ROLE ${REPLICATOR} LOGIN REPLICATION`);
  }
}

/**
 * The application's role and database, the role for replication, the view of lag. Commits here do not wait for a
 * replica: when the fleet is new there is none yet, and all of it is made again by the next run.
 */
export async function setUpPostgres(context: Context, member: Member): Promise<void> {
  const { fleet } = context;
  const database = databaseName(fleet.spec);
  {
    await using session = await openSuperuser(fleet, member, { within: WITHIN });
    await session.query("SET synchronous_commit = local");
    await ensureRoles(session, database, fleet.secrets.postgresApplication.reveal());
    if (!(await has(session, `SELECT 1 FROM pg_database WHERE datname = ${literal(database)}`))) {
      await session.query(`CREATE DATABASE ${identifier(database)} OWNER ${identifier(database)} STRATEGY wal_log`);
    }
  }
  await using session = await openSuperuser(fleet, member, { database, within: WITHIN });
  await session.query("SET synchronous_commit = local");
  await session.query(REPLICATION_STATUS);
  await context.driver.removeDirectory(freshMarker(dataDirectory(fleet.paths, member.name)));
}
