import type { Socket } from "node:net";
import pg from "pg";
import type { Fleet } from "../../fleet/fleet.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import { SUPERUSER } from "../../render/postgres/postgres.ts";
import { type Millis, millis } from "../../units/millis.ts";

const CONNECT_WITHIN: Millis = millis(2_000);
/** A server that is frozen never takes leave. */
const LEAVE_WITHIN: Millis = millis(500);
/** What most questions to a probe's session are given. */
const MOSTLY_WITHIN: Millis = millis(1_000);

export type Row = Readonly<Record<string, unknown>>;

/** Something that answers SQL. */
export interface Session {
  /** `within`: the session's own time when absent. */
  query(sql: string, within?: Millis): Promise<Row[]>;
}

export interface SessionOptions {
  readonly database?: string;
  readonly within: Millis;
  readonly connectWithin?: Millis;
}

export type OpenSession = (fleet: Fleet, member: Member, options: SessionOptions) => Promise<Session & AsyncDisposable>;

/** Opens a session as the superuser, through the socket, which knows the engine's user. */
export async function openSuperuser(
  fleet: Fleet,
  member: Member,
  options: SessionOptions,
): Promise<Session & AsyncDisposable> {
  const client = new pg.Client({
    host: fleet.paths.run,
    port: member.port ?? 0,
    user: SUPERUSER,
    database: options.database ?? "postgres",
    application_name: "tenfold",
    connectionTimeoutMillis: Math.min(CONNECT_WITHIN, options.connectWithin ?? options.within),
    query_timeout: options.within,
  });
  // Told by the query that fails; without a listener it would end the engine.
  client.on("error", () => {});
  await client.connect();
  return {
    query: async (text, within = options.within) => {
      // A plain text costs the library less.
      const query = within === options.within ? text : ({ text, query_timeout: within } as pg.QueryConfig);
      return (await client.query<Row>(query)).rows;
    },
    [Symbol.asyncDispose]: () => leave(client),
  };
}

/** Ends a connection; within half a second even when the server does not. */
export async function leave(client: pg.Client): Promise<void> {
  const { stream } = (client as pg.Client & { readonly connection: { readonly stream: Socket } }).connection;
  const timer = setTimeout(() => stream.destroy(), LEAVE_WITHIN);
  await client.end().finally(() => clearTimeout(timer));
}

/** Whether the server itself said no: whatever it says has a severity. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && "severity" in error;
}

/** One session a server, kept for the probes; opened anew when it broke. */
export class ProbeSessions {
  readonly #open: OpenSession;
  readonly #sessions = new Map<
    MemberName,
    { readonly port: number | null; readonly session: Promise<Session & AsyncDisposable> }
  >();

  constructor(open: OpenSession = openSuperuser) {
    this.#open = open;
  }

  /** Runs one query, within a time that also bounds a frozen server. Rejects when the server does not answer. */
  async query(fleet: Fleet, member: Member, options: { sql: string; within: Millis }): Promise<Row[]> {
    const known = this.#sessions.get(member.name);
    const session =
      known?.port === member.port
        ? known.session
        : this.#open(fleet, member, { within: MOSTLY_WITHIN, connectWithin: options.within });
    this.#sessions.set(member.name, { port: member.port, session });
    try {
      return await (await session).query(options.sql, options.within);
    } catch (error) {
      this.forget(member.name);
      throw error;
    }
  }

  /**
   * The same for what an operation depends on. The session is everybody's: when a probe is given up, it breaks under
   * whoever asked at the same time. So what got no answer is asked once more, in a session of its own. Only for what may
   * be done twice. Who does not listen any more is not waited for.
   */
  async insist(fleet: Fleet, member: Member, { sql, within }: { sql: string; within: Millis }): Promise<Row[]> {
    const deadline = performance.now() + within;
    try {
      return await this.query(fleet, member, { sql, within });
    } catch (error) {
      const left = deadline - performance.now();
      if (isRefusal(error) || left < 1) throw error;
      await using session = await this.#open(fleet, member, { within: millis(left) });
      return await session.query(sql);
    }
  }

  forget(name: MemberName): void {
    const known = this.#sessions.get(name);
    this.#sessions.delete(name);
    known?.session.then((session) => session[Symbol.asyncDispose]()).catch(() => {});
  }

  close(): void {
    for (const name of [...this.#sessions.keys()]) this.forget(name);
  }
}
