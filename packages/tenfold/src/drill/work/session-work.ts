import { checkSessions, type SessionRead, type SessionVerdict } from "../check/sessions.ts";
import { Paced } from "./paced.ts";
import { SqlClient } from "./sql-client.ts";
import { SCHEMA, SQL_SESSIONS } from "./tables.ts";
import type { Work } from "./work.ts";

const EVERY_MS = 150;

interface Session {
  readonly writer: SqlClient;
  readonly reader: SqlClient;
  readonly from: string;
  acknowledged: number;
  /** The position in the log up to which a replica must have come; `null` before the first write. */
  token: string | null;
}

/**
 * Sessions that each count up on the primary and read the count from a replica. Each carries the position in the log
 * that it must see; the replica says in the same transaction, and before the read, whether it has come so far.
 */
export class SessionWork implements Work<SessionVerdict> {
  readonly reads: SessionRead[] = [];
  readonly #sessions: readonly Session[];
  readonly #paced: Paced;

  constructor(url: string, readUrls: readonly string[]) {
    this.#sessions = Array.from({ length: SQL_SESSIONS }, (_, at) => ({
      writer: new SqlClient(url),
      reader: new SqlClient(readUrls[at % readUrls.length] ?? url),
      from: `read_${(at % readUrls.length) + 1}`,
      acknowledged: 0,
      token: null,
    }));
    this.#paced = new Paced({ every: EVERY_MS, clients: SQL_SESSIONS, act: (session) => this.#turn(session) });
  }

  get done(): number {
    return this.reads.length;
  }

  stop(): Promise<void> {
    return this.#paced.stop();
  }

  async verdict(): Promise<SessionVerdict> {
    return checkSessions(this.reads);
  }

  close(): void {
    for (const { writer, reader } of this.#sessions) {
      writer.close();
      reader.close();
    }
  }

  async #turn(id: number): Promise<void> {
    const session = this.#sessions[id];
    if (session === undefined) return;
    await this.#write(id, session);
    // A session without a position has no promise to be kept.
    if (session.token !== null) await this.#read(id, session, session.token);
  }

  async #write(id: number, session: Session): Promise<void> {
    const { value } = await session.writer.attempt((sql) =>
      sql.commit(`UPDATE ${SCHEMA}.sessions SET n = n + 1 WHERE id = $1 RETURNING n`, [id]),
    );
    const n = Number(value?.[0]?.n ?? 0);
    if (n === 0) return;
    session.acknowledged = n;
    const position = await session.writer.attempt((sql) =>
      sql.query("SELECT pg_current_wal_insert_lsn()::text AS lsn"),
    );
    // Without the new position the old one would promise too little for what is now acknowledged.
    session.token = position.value === null ? null : String(position.value[0]?.lsn);
  }

  async #read(id: number, { reader, from, acknowledged }: Session, token: string): Promise<void> {
    const { value, endedAt } = await reader.attempt((sql) =>
      sql.script(
        `BEGIN; SELECT NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= '${token}'::pg_lsn AS guarded; SELECT n FROM ${SCHEMA}.sessions WHERE id = ${id}; COMMIT`,
      ),
    );
    const row = value?.[2]?.[0];
    if (row === undefined) return;
    const guarded = value?.[1]?.[0]?.guarded === true;
    this.reads.push({ session: id, at: endedAt, from, guarded, acknowledged, seen: Number(row.n) });
  }
}
