import { databaseName } from "../../fleet/data.ts";
import type { StatementFigures, StatementTotals } from "../../fleet/figures.ts";
import type { Member, MemberName } from "../../fleet/member.ts";
import { grownStatements } from "../../fleet/statements.ts";
import { millis } from "../../units/millis.ts";
import type { Context } from "../service.ts";
import { openSuperuser, type Session } from "./client.ts";
import { literal } from "./sql.ts";
import { oneLine } from "./statement-text.ts";

/** A little less than six looks of the engine's: a full table costs the server more than all other figures. */
const EVERY_MS = 29_000;
const WITHIN = millis(1_000);
/** Texts are read from the disk, all of them. */
const TEXTS_WITHIN = millis(5_000);

/** Asking what is not there would leave an error in the server's log each time. */
const IS_COUNTED = `
SELECT to_regprocedure('tenfold.pg_stat_statements(boolean)') IS NOT NULL
       AND current_setting('shared_preload_libraries') LIKE '%pg_stat_statements%' AS counted`;

/**
 * Without their texts, and without what the engine asks. PostgreSQL counts 5,000 statements unless it is told otherwise; of
 * more, those that took the least are left out.
 */
const COUNTERS = `
SELECT coalesce(json_agg(json_build_array(id, calls, time)), '[]') AS statements
  FROM (SELECT queryid::text AS id, sum(calls)::float8 AS calls, sum(total_exec_time) AS time
          FROM tenfold.pg_stat_statements(false)
         WHERE toplevel AND userid <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
           AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
         GROUP BY queryid ORDER BY time DESC LIMIT 5000) AS each`;

/** Of statements that read or change rows alone: the text of ALTER ROLE ... PASSWORD must not even reach the engine. */
function textsOf(ids: readonly string[]): string {
  return `
SELECT DISTINCT ON (queryid) queryid::text AS id, left(query, 4000) AS text
  FROM tenfold.pg_stat_statements(true)
 WHERE queryid = ANY (${literal(`{${ids.join(",")}}`)}::bigint[])
   AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND query ~* '^(\\s|\\(|--[^\\n]*\\n|/\\*[^*]*\\*+([^/*][^*]*\\*+)*/)*(select|insert|update|delete|merge|with)\\M'`;
}

/**
 * A session of its own, since probes wait for what was asked before them; in the application's database, and closed at
 * once, since it would be in the way of whoever drops that.
 */
async function asked<T>({ fleet }: Context, primary: Member, ask: (session: Session) => Promise<T>): Promise<T> {
  await using session = await openSuperuser(fleet, primary, { database: databaseName(fleet.spec), within: WITHIN });
  return await ask(session);
}

/** `null`: the server does not count them. */
async function readCounters(context: Context, primary: Member): Promise<readonly StatementFigures[] | null> {
  return asked(context, primary, async (session) => {
    const [there] = await session.query(IS_COUNTED);
    if (there?.counted !== true) return null;
    const [row] = await session.query(COUNTERS);
    const rows = row?.statements as readonly (readonly [string, number, number])[];
    return rows.map(([id, calls, time]) => ({ id, calls, time }));
  });
}

/** By their ids; empty when the server does not answer. */
export async function readStatementTexts(
  context: Context,
  primary: Member,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  try {
    const rows = await asked(context, primary, (session) => session.query(textsOf(ids), TEXTS_WITHIN));
    return new Map(rows.map(({ id, text }) => [String(id), oneLine(String(text))]));
  } catch {
    return new Map();
  }
}

interface Counted {
  readonly server: MemberName;
  /** By a clock that nobody sets, milliseconds. */
  readonly at: number;
  readonly counters: readonly StatementFigures[];
}

/** Remembers what statements had done by when it last asked, so that it can tell what they did since then. */
export class Statements {
  #counted: Counted | null = null;
  #asked: Pick<Counted, "server" | "at"> | null = null;
  #totals: Omit<StatementTotals, "lately"> | null = null;

  /** Asks every half a minute, and tells what is known in between; `null` where statements are not counted. Never rejects. */
  async totals(context: Context, primary: Member): Promise<StatementTotals | null> {
    const [at, asked] = [performance.now(), this.#asked];
    const isDue = asked === null || asked.server !== primary.name || at - asked.at >= EVERY_MS;
    if (isDue) this.#asked = { server: primary.name, at };
    const lately = isDue ? await this.#ask(context, primary, at) : null;
    return this.#totals === null ? null : { ...this.#totals, lately };
  }

  async #ask(context: Context, primary: Member, at: number): Promise<StatementTotals["lately"]> {
    let counters: readonly StatementFigures[] | null;
    try {
      counters = await readCounters(context, primary);
    } catch {
      return null;
    }
    const before = this.#counted;
    this.#counted = counters === null ? null : { server: primary.name, at, counters };
    if (counters === null) {
      this.#totals = null;
      return null;
    }
    this.#totals ??= { calls: 0, time: 0 };
    // What another server had counted by now says nothing of the last half minute.
    if (before === null || before.server !== primary.name) return null;
    const grown = grownStatements(before.counters, counters);
    this.#totals = { calls: this.#totals.calls + grown.calls, time: this.#totals.time + grown.time };
    return { ...grown, lasting: at - before.at };
  }
}
