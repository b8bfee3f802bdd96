import type { DatabaseFigures } from "../../fleet/figures.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import { applicationName } from "../../render/postgres/postgres.ts";
import type { Millis } from "../../units/millis.ts";
import type { Context, ReplicaPosition, Replication } from "../service.ts";
import type { Row } from "./client.ts";
import { parseLsn } from "./programs.ts";

/** Asks one server. */
export type Ask = (context: Context, member: Member, options: { sql: string; within: Millis }) => Promise<Row[]>;

const POSITION = `
SELECT pg_is_in_recovery() AS standby,
       greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::text AS lsn,
       EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming') AS receiving`;

/** How far a replica has the log on its disk; `null` when it does not say, or is none. */
export async function readPosition(
  ask: Ask,
  context: Context,
  member: Member,
  within: Millis,
): Promise<ReplicaPosition | null> {
  try {
    const [row] = await ask(context, member, { sql: POSITION, within });
    const lsn = parseLsn(String(row?.lsn ?? ""));
    return row?.standby === true && lsn !== undefined ? { lsn, receiving: row.receiving === true } : null;
  } catch {
    return null;
  }
}

const FIGURES = `
SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::int AS connections,
       current_setting('max_connections')::int AS most,
       (SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted)::int AS waiting,
       (SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum'))::int AS synchronous,
       (SELECT coalesce(sum(xact_commit + xact_rollback), 0) FROM pg_stat_database)::float8 AS transactions,
       (SELECT coalesce(json_agg(json_build_object('name', application_name,
                 'lag', pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn))), '[]') FROM pg_stat_replication) AS lag`;

/** What a primary does now, but for its statements; `null` when it does not answer. */
export async function readFigures(
  ask: Ask,
  context: Context,
  member: Member,
  within: Millis,
): Promise<Omit<DatabaseFigures, "statements"> | null> {
  try {
    const [row] = await ask(context, member, { sql: FIGURES, within });
    if (row === undefined) return null;
    const named = namesByApplication(context);
    const lag = (row.lag as readonly { name: string; lag: number | null }[]).flatMap(({ name, lag }) => {
      const replica = named.get(name);
      return replica === undefined || lag === null ? [] : [[replica, Number(lag)] as const];
    });
    return {
      connections: Number(row.connections),
      maxConnections: Number(row.most),
      waitingForLocks: Number(row.waiting),
      transactions: Number(row.transactions),
      synchronous: Number(row.synchronous),
      lag: new Map(lag),
    };
  } catch {
    return null;
  }
}

function namesByApplication({ fleet }: Context): ReadonlyMap<string, MemberName> {
  const servers = fleet.members.filter(({ kind }) => kind === "postgres");
  return new Map(servers.map(({ name }) => [applicationName(name), name]));
}

const REPLICATION = `
SELECT current_setting('synchronous_standby_names') AS names,
       (SELECT sourcefile FROM pg_settings WHERE name = 'synchronous_standby_names') AS source,
       pg_current_wal_insert_lsn()::text AS lsn,
       (SELECT coalesce(json_agg(json_build_object('name', application_name, 'state', state, 'flushed', flush_lsn::text)), '[]')
          FROM pg_stat_replication) AS senders`;

interface Sender {
  readonly name: string;
  readonly state: string;
  readonly flushed: string | null;
}

/** What a primary says of its replicas; `null` when it does not answer, or is none. */
export async function readReplication(
  ask: Ask,
  context: Context,
  member: Member,
  within: Millis,
): Promise<Replication | null> {
  try {
    const [row] = await ask(context, member, { sql: REPLICATION, within });
    const lsn = parseLsn(String(row?.lsn ?? ""));
    if (row === undefined || lsn === undefined) return null;
    const named = namesByApplication(context);
    const senders = (row.senders as readonly Sender[]).flatMap((sender) => {
      const name = named.get(sender.name);
      const flushed = parseLsn(sender.flushed ?? "");
      return name === undefined ? [] : [{ name, streaming: sender.state === "streaming", flushed: flushed ?? 0n }];
    });
    return { names: String(row.names), source: row.source === null ? null : String(row.source), lsn, senders };
  } catch {
    return null;
  }
}
