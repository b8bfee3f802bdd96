import { memberNamed } from "../../fleet/data.ts";
import type { Member } from "../../fleet/member.ts";
import { seconds } from "../../units/millis.ts";
import { openSuperuser, type Session } from "../postgres/client.ts";
import type { Context } from "../service.ts";
import { type Digests, digestAll, unchanged } from "./digest.ts";
import { COPY_WITHIN } from "./tools.ts";

const WITHIN = seconds(30);
/** A server that is frozen is not waited for. */
const RELEASE_WITHIN = seconds(2);
const LOOK_EVERY_MS = 10;

/** What the fleet's own data was at a position of the log. */
export interface Witness {
  readonly lsn: string;
  readonly digests: Digests;
  /** Tables that were written to all the time, and are not in the digests. */
  readonly busy: number;
}

function opener(context: Context, member: Member): (database: string) => Promise<Session & AsyncDisposable> {
  return (database) => openSuperuser(context.fleet, member, { database, within: COPY_WITHIN });
}

/** A replica stands still at a position while it is read: exact, whatever is written meanwhile. */
async function ofReplica(context: Context, replica: Member): Promise<Witness> {
  await using session = await openSuperuser(context.fleet, replica, { within: WITHIN });
  await session.query("SELECT pg_wal_replay_pause()");
  try {
    const deadline = Date.now() + WITHIN;
    const state = async (): Promise<unknown> =>
      (await session.query("SELECT pg_get_wal_replay_pause_state() AS state"))[0]?.state;
    while ((await state()) !== "paused") {
      if (Date.now() > deadline) throw new Error(`${replica.name} does not stand still`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    const [row] = await session.query("SELECT pg_last_wal_replay_lsn()::text AS lsn");
    return { lsn: String(row?.lsn), digests: await digestAll(opener(context, replica), context.signal), busy: 0 };
  } finally {
    await letGoOn(session);
  }
}

/** Without a replica, the primary is read twice: a table that is the same both times was so at every position between. */
async function ofPrimary(context: Context, primary: Member): Promise<Witness> {
  const before = await digestAll(opener(context, primary), context.signal);
  const lsn = await insertPosition(context, primary);
  const same = unchanged(before, await digestAll(opener(context, primary), context.signal));
  return { lsn, digests: same, busy: before.size - same.size };
}

async function insertPosition(context: Context, primary: Member): Promise<string> {
  await using session = await openSuperuser(context.fleet, primary, { within: WITHIN });
  const [row] = await session.query("SELECT pg_current_wal_insert_lsn()::text AS lsn");
  return String(row?.lsn);
}

/** Reads what the fleet has, at a position. */
export async function takeWitness(context: Context): Promise<Witness> {
  const { fleet } = context;
  const { postgresReadable, postgresPrimary } = fleet.topology;
  const [replica] = fleet.members.filter(({ name }) => postgresReadable.includes(name) && name !== postgresPrimary);
  if (postgresPrimary === null) throw new Error("no PostgreSQL to look at");
  return replica === undefined ? ofPrimary(context, memberNamed(fleet, postgresPrimary)) : ofReplica(context, replica);
}

async function letGoOn(session: Session): Promise<void> {
  const paused = "SELECT pg_is_in_recovery() AND pg_is_wal_replay_paused() AS paused";
  if ((await session.query(paused))[0]?.paused === true) await session.query("SELECT pg_wal_replay_resume()");
}

/** Lets replicas go on that an engine, which died meanwhile, had told to stand still. */
export async function releaseWitnesses({ fleet }: Context): Promise<void> {
  for (const member of fleet.members.filter(({ kind }) => kind === "postgres")) {
    try {
      await using session = await openSuperuser(fleet, member, { within: RELEASE_WITHIN });
      await letGoOn(session);
    } catch {
      // Whoever does not answer stands not still by our doing alone.
    }
  }
}

/**
 * Writes something to the log that has a time, and begins a new file of it: all that was written before can then be
 * restored up to this moment. Does not wait for replicas.
 */
export async function markLog({ fleet }: Context): Promise<void> {
  if (fleet.topology.postgresPrimary === null) return;
  const primary = memberNamed(fleet, fleet.topology.postgresPrimary);
  await using session = await openSuperuser(fleet, primary, { within: WITHIN });
  await session.query("SET synchronous_commit = local");
  await session.query("SELECT pg_current_xact_id()");
  await session.query("SELECT pg_switch_wal()");
}
