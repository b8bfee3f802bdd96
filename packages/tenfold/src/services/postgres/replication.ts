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
    const named = new Map<string, MemberName>(
      context.fleet.members
        .filter(({ kind }) => kind === "postgres")
        .map(({ name }): [string, MemberName] => [applicationName(name), name]),
    );
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
