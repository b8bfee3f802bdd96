import { Fault } from "../../fault/fault.ts";
import { memberNamed } from "../../fleet/data.ts";
import type { DatabaseFigures } from "../../fleet/figures.ts";
import { groupOf, type Member, type MemberName, memberName } from "../../fleet/member.ts";
import { dataDirectory } from "../../fleet/paths.ts";
import type { Probe } from "../../fleet/state.ts";
import { bytes, formatBytes, mebibytes } from "../../units/bytes.ts";
import { millis, seconds } from "../../units/millis.ts";
import type { Context, PostgresControl, ReplicaPosition, Replication, ServiceAdapter } from "../service.ts";
import { isRefusal, openSuperuser, ProbeSessions, type Row } from "./client.ts";
import { lookOnDisk, newest } from "./on-disk.ts";
import { preparePostgres, rejoin, unfitPostgres } from "./prepare.ts";
import { parseLsn, readControlData } from "./programs.ts";
import { type Ask, readFigures, readPosition, readReplication } from "./replication.ts";
import { setUpPostgres } from "./setup.ts";
import { readStatementTexts, Statements } from "./statements.ts";

const PROBE_WITHIN = millis(1_000);
/** For questions on which a failover waits: whoever is well answers in a millisecond. */
const MOMENT = millis(400);
const RELOAD_WITHIN = seconds(10);
const CHECKPOINT_WITHIN = seconds(120);
const CATCH_UP_WITHIN = seconds(10);
const PROMOTE_WITHIN = seconds(30);
const LOOK_EVERY_MS = 5;
/** A primary and as many replicas as there can be. */
const MOST_SERVERS = 9;

const PROBE = `
SELECT pg_is_in_recovery() AS standby,
       (SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming')::int AS streaming,
       (SELECT status FROM pg_stat_wal_receiver) AS receiver,
       CASE WHEN pg_is_in_recovery()
            THEN pg_wal_lsn_diff(greatest(pg_last_wal_receive_lsn(), (SELECT latest_end_lsn FROM pg_stat_wal_receiver)),
                                 pg_last_wal_replay_lsn())::bigint::text END AS behind,
       extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float8 AS seconds`;

/** A replica that is further behind gets no reads until it has caught up. */
const MOST_BEHIND = mebibytes(16);
const MOST_SECONDS_BEHIND = 10;

/** `isAppointed`: the engine has decided that it is the primary. */
function describe(row: Row, isAppointed: boolean): Probe {
  if (row.standby !== true) {
    const streaming = Number(row.streaming);
    return {
      ready: true,
      role: "primary",
      detail: `${streaming} ${streaming === 1 ? "replica streams" : "replicas stream"} from it`,
    };
  }
  // It died between that decision and its promotion. Nobody is left from whom it could stream: it is ready to be promoted.
  if (isAppointed) return { ready: true, role: "replica", detail: "waits for its promotion" };
  if (row.receiver !== "streaming") return { ready: false, reason: "does not stream from the primary" };
  // A server that was just restarted has replayed more than it has received since.
  const behind = bytes(Math.max(0, Number(row.behind ?? 0)));
  // The age of the last commit says nothing of an idle primary: it counts only while something is left to replay.
  const seconds = behind === 0 ? 0 : Math.max(0, Number(row.seconds ?? 0));
  const lags = behind > MOST_BEHIND || seconds > MOST_SECONDS_BEHIND;
  return {
    ready: true,
    role: "replica",
    detail:
      behind === 0
        ? "has all that it was sent"
        : `${formatBytes(behind)} and ${seconds.toFixed(1)} s behind${lags ? "; it gets no reads" : ""}`,
    lags,
  };
}

/** PostgreSQL's servers: probed by a query, prepared by PostgreSQL's own programs. */
export class PostgresService implements ServiceAdapter, PostgresControl {
  readonly #sessions = new ProbeSessions();
  readonly #statements = new Statements();

  prepare(context: Context, member: Member): Promise<void> {
    return preparePostgres(context, member);
  }

  unfit(context: Context, member: Member): Promise<string | null> {
    return unfitPostgres(context, member);
  }

  setup(context: Context, member: Member): Promise<void> {
    return setUpPostgres(context, member);
  }

  async leaderOnDisk(context: Context): Promise<MemberName | null> {
    // Not only those that the file asks for: the primary may be one that was added later.
    const names = Array.from({ length: MOST_SERVERS }, (_, at) => memberName(groupOf("postgres"), at + 1));
    const found = await Promise.all(names.map((name) => lookOnDisk(context, name)));
    return newest(found.filter((one) => one !== null));
  }

  async probe({ fleet }: Context, member: Member): Promise<Probe> {
    try {
      const [row] = await this.#sessions.query(fleet, member, { sql: PROBE, within: PROBE_WITHIN });
      if (row === undefined) return { ready: false, reason: "answered nothing" };
      return describe(row, member.name === fleet.topology.postgresPrimary);
    } catch (error) {
      const reason = `does not answer: ${error instanceof Error ? error.message : String(error)}`;
      // It says itself that it starts, or has no connection to spare.
      return { ready: false, reason, silent: !isRefusal(error) };
    }
  }

  async reload({ fleet }: Context, member: Member): Promise<void> {
    const sql = async (text: string): Promise<Row[]> => {
      try {
        return await this.#sessions.insist(fleet, member, { sql: text, within: RELOAD_WITHIN });
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        throw new Fault("TF_CONFIG_REJECTED", `${member.name} did not take its settings: ${words}`, {
          hint: "tenfold health shows the state of each; then try again",
        });
      }
    };
    const broken = await sql(
      "SELECT name, error FROM pg_file_settings WHERE error IS NOT NULL AND error <> 'setting could not be applied'",
    );
    if (broken.length > 0) {
      const lines = broken.map(({ name, error }) => `${name}: ${error}`);
      throw new Fault("TF_CONFIG_REJECTED", `PostgreSQL refuses the settings of ${member.name}`, {
        lines,
        hint: "mend postgres.settings in the file",
      });
    }
    await sql("SELECT pg_reload_conf()");
  }

  position(context: Context, member: Member): Promise<ReplicaPosition | null> {
    const ask: Ask = ({ fleet }, whom, options) => this.#sessions.insist(fleet, whom, options);
    return readPosition(ask, context, member, MOMENT);
  }

  replication(context: Context, member: Member): Promise<Replication | null> {
    return readReplication(this.#ask, context, member, PROBE_WITHIN);
  }

  async figures(context: Context, primary: Member): Promise<DatabaseFigures | null> {
    const [figures, statements] = await Promise.all([
      readFigures(this.#ask, context, primary, PROBE_WITHIN),
      this.#statements.totals(context, primary),
    ]);
    return figures === null ? null : { ...figures, statements };
  }

  statementTexts(context: Context, primary: Member, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return readStatementTexts(context, primary, ids);
  }

  rejoin(context: Context, member: Member, how: "rewind" | "copy"): Promise<void> {
    return rejoin(context, member, how);
  }

  readonly #ask: Ask = ({ fleet }, member, options) => this.#sessions.query(fleet, member, options);

  async checkpoint({ fleet }: Context, member: Member): Promise<void> {
    await using session = await openSuperuser(fleet, member, { within: CHECKPOINT_WITHIN });
    await session.query("CHECKPOINT");
  }

  async confirmCaughtUp(context: Context, member: Member, from: MemberName): Promise<void> {
    const { fleet } = context;
    const former = memberNamed(fleet, from);
    const control = await readControlData(context, former, dataDirectory(fleet.paths, from));
    if (control === null || control.state !== "shut down") {
      throw new Fault(
        "TF_FAILOVER_REFUSED",
        `${from} did not shut down cleanly, so ${member.name} may lack what it had`,
        {
          hint: "start it again (tenfold up), then try again",
        },
      );
    }
    const deadline = Date.now() + CATCH_UP_WITHIN;
    for (;;) {
      const [row] = await this.#sessions
        .query(fleet, member, { sql: "SELECT pg_last_wal_receive_lsn()::text AS lsn", within: PROBE_WITHIN })
        // A session that broke is opened anew by the next question.
        .catch((): Row[] => []);
      const received = parseLsn(String(row?.lsn ?? "")) ?? 0n;
      // The shutdown's checkpoint is the last record: whoever has more than its start has it whole.
      if (received > control.checkpoint) return;
      if (Date.now() > deadline) {
        throw new Fault("TF_FAILOVER_REFUSED", `${member.name} did not receive the last of what ${from} had`, {
          hint: "start it again (tenfold up), then try again",
        });
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  async promote({ fleet }: Context, member: Member): Promise<void> {
    const sql = async (text: string): Promise<Row[]> => {
      try {
        return await this.#sessions.insist(fleet, member, { sql: text, within: PROMOTE_WITHIN });
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        throw new Fault("TF_FAILOVER_REFUSED", `${member.name} did not take its promotion: ${words}`, {
          hint: "tenfold health shows the state of each; then try again",
        });
      }
    };
    const isStandby = async (): Promise<boolean> =>
      (await sql("SELECT pg_is_in_recovery() AS standby"))[0]?.standby === true;
    if (!(await isStandby())) return;
    // Asked again, it may have been promoted by the first time.
    await sql("SELECT CASE WHEN pg_is_in_recovery() THEN pg_promote(wait => false) END");
    const deadline = Date.now() + PROMOTE_WITHIN;
    while (await isStandby()) {
      if (Date.now() > deadline)
        throw new Fault(
          "TF_FAILOVER_REFUSED",
          `${member.name} did not end its recovery within ${PROMOTE_WITHIN / 1000} s`,
        );
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  close(): void {
    this.#sessions.close();
  }
}
