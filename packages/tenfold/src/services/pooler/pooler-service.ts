import pg from "pg";
import { Fault } from "../../fault/fault.ts";
import { databaseName, onlyMember } from "../../fleet/data.ts";
import type { PoolerFigures } from "../../fleet/figures.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import type { Member } from "../../fleet/member.ts";
import type { Probe } from "../../fleet/state.ts";
import { largestPool } from "../../fleet/tuning.ts";
import { POOLER_ADMIN } from "../../render/pgbouncer/pgbouncer.ts";
import { localPostgres } from "../../spec/local.ts";
import { type Millis, millis, seconds } from "../../units/millis.ts";
import type { Context, PoolerControl, ServiceAdapter } from "../service.ts";

const WITHIN = millis(2_000);
const PAUSE_WITHIN = seconds(10);
const HAND_OVERS = 5;
const CALM_WITHIN_MS = 1_000;
const LOOK_EVERY_MS = 5;

type Row = Readonly<Record<string, unknown>>;

/** PgBouncer, spoken to through its console, which knows simple queries only. */
export class PoolerService implements ServiceAdapter, PoolerControl {
  #console: { readonly port: number | null; readonly client: Promise<pg.Client> } | undefined;
  /** Logged in and idle: to log in takes longer than all else that a pause needs. */
  #spare: { readonly port: number | null; readonly client: Promise<pg.Client> } | undefined;

  async probe({ fleet }: Context, member: Member): Promise<Probe> {
    try {
      const pools = await this.#ask(fleet, member, "SHOW POOLS");
      this.#spare ??= { port: member.port, client: this.#openSpare(fleet, member) };
      const sum = (column: string): number => pools.reduce((total, row) => total + Number(row[column] ?? 0), 0);
      const waiting = sum("cl_waiting");
      return { ready: true, role: null, detail: waiting === 0 ? "" : `${waiting} clients wait for a connection` };
    } catch (error) {
      const reason = `does not answer: ${error instanceof Error ? error.message : String(error)}`;
      return { ready: false, reason, silent: true };
    }
  }

  async reload({ fleet }: Pick<Context, "fleet">, member: Member): Promise<void> {
    await this.#command(fleet, member, "RELOAD");
  }

  async pause({ fleet }: Context): Promise<void> {
    const member = onlyMember(fleet, "pooler");
    if (await this.#isPaused(fleet, member)) return;
    // A console of its own, since PAUSE answers only when the last transaction has ended.
    const client = await this.#takeSpare(fleet, member);
    try {
      await client.query(`PAUSE ${databaseName(fleet.spec)}`);
    } catch (error) {
      await this.resume({ fleet });
      throw new Fault(
        "TF_FAILOVER_REFUSED",
        `transactions did not end within ${PAUSE_WITHIN / 1000} s: ${String(error)}`,
        {
          hint: "look for long transactions (tenfold psql: SELECT * FROM pg_stat_activity), then try again; clients go on as before",
        },
      );
    } finally {
      void client.end();
    }
  }

  async hold({ fleet }: Context): Promise<void> {
    const member = onlyMember(fleet, "pooler");
    try {
      if (await this.#isPaused(fleet, member)) return;
      const client = await this.#takeSpare(fleet, member);
      const paused = client.query(`PAUSE ${databaseName(fleet.spec)}`);
      // It answers when nothing is in use any more, or never, when it is resumed before that.
      void paused.catch(() => {}).finally(() => void client.end().catch(() => {}));
      await this.#isPaused(fleet, member);
    } catch {
      this.#forget();
    }
  }

  async resume({ fleet }: Pick<Context, "fleet">): Promise<void> {
    const member = onlyMember(fleet, "pooler");
    if (await this.#isPaused(fleet, member)) await this.#command(fleet, member, `RESUME ${databaseName(fleet.spec)}`);
  }

  /**
   * PgBouncer hands clients over only when none waits for a server connection, and breaks connections that are in the
   * middle of a login. So the pool is large until nobody waits, and then opens no further connection.
   */
  async handOver({ fleet, signal }: Context, takeOver: () => Promise<boolean>): Promise<string | null> {
    const member = onlyMember(fleet, "pooler");
    const size = (count: number): Promise<unknown> => this.#ask(fleet, member, `SET default_pool_size = ${count}`);
    let hindrance = "";
    try {
      for (let attempt = 0; attempt < HAND_OVERS; attempt += 1) {
        await size(largestPool(fleet));
        const busy = await this.#busyPool(fleet, member, { looks: 3, columns: ["cl_waiting", "sv_login"], signal });
        await size(1);
        const late = busy ?? (await this.#busyPool(fleet, member, { looks: 1, columns: ["sv_login"], signal }));
        if (late === null && (await takeOver())) {
          this.close();
          return null;
        }
        hindrance = late ?? "the new process did not get them in time";
        // It may have suspended its work for the other one. Nobody can log in then; this console is logged in.
        await this.#ask(fleet, member, "RESUME");
      }
    } catch (error) {
      signal.throwIfAborted();
      hindrance = error instanceof Error ? error.message : String(error);
    }
    await this.reload({ fleet }, member).catch(() => {});
    return hindrance;
  }

  async figures({ fleet }: Context): Promise<PoolerFigures | null> {
    try {
      const rows = await this.#ask(fleet, onlyMember(fleet, "pooler"), "SHOW POOLS");
      const pools = rows.filter((row) => row.database !== "pgbouncer");
      const sum = (column: string): number => pools.reduce((total, row) => total + Number(row[column] ?? 0), 0);
      const longest = Math.max(
        0,
        ...pools.map((row) => Number(row.maxwait ?? 0) * 1000 + Number(row.maxwait_us ?? 0) / 1000),
      );
      const pool = localPostgres(fleet.spec)?.pool;
      return {
        clients: sum("cl_active") + sum("cl_waiting"),
        waiting: sum("cl_waiting"),
        longestWait: longest,
        servers: sum("sv_active") + sum("sv_idle") + sum("sv_used"),
        maxClients: pool?.clients ?? 0,
        poolSize: pool?.size ?? 0,
      };
    } catch {
      return null;
    }
  }

  async isPaused({ fleet }: Context): Promise<boolean> {
    return this.#isPaused(fleet, onlyMember(fleet, "pooler")).catch(() => false);
  }

  close(): void {
    this.#forget();
    this.#spare?.client.then((open) => open.end()).catch(() => {});
    this.#spare = undefined;
  }

  /** Waits, for a second at most, until these columns of all pools were 0 so many times in a row; else says which was not. */
  async #busyPool(
    fleet: Fleet,
    member: Member,
    until: { readonly looks: number; readonly columns: readonly string[]; readonly signal: AbortSignal },
  ): Promise<string | null> {
    const deadline = Date.now() + CALM_WITHIN_MS;
    let busy: string | undefined;
    for (let calm = 0; Date.now() < deadline && !until.signal.aborted; ) {
      const pools = await this.#ask(fleet, member, "SHOW POOLS");
      [busy] = pools.flatMap((row) =>
        until.columns.flatMap((column) =>
          Number(row[column] ?? 0) === 0 ? [] : [`${column} ${row[column]} of ${row.database}`],
        ),
      );
      calm = busy === undefined ? calm + 1 : 0;
      if (calm === until.looks) return null;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    return busy ?? "it was not calm for long enough";
  }

  async #openSpare(fleet: Fleet, member: Member): Promise<pg.Client> {
    const client = await connect(fleet, member, PAUSE_WITHIN);
    const lost = (): void => {
      this.#spare = undefined;
    };
    client.once("end", lost).once("error", lost);
    return client;
  }

  async #takeSpare(fleet: Fleet, member: Member): Promise<pg.Client> {
    const spare = this.#spare?.port === member.port ? this.#spare.client : null;
    this.#spare = undefined;
    return (await spare?.catch(() => null)) ?? connect(fleet, member, PAUSE_WITHIN);
  }

  async #isPaused(fleet: Fleet, member: Member): Promise<boolean> {
    const databases = await this.#ask(fleet, member, "SHOW DATABASES");
    return databases.some((row) => row.name === databaseName(fleet.spec) && Number(row.paused) === 1);
  }

  async #command(fleet: Fleet, member: Member, text: string): Promise<void> {
    try {
      await this.#ask(fleet, member, text);
    } catch (error) {
      throw new Fault(
        "TF_CONFIG_REJECTED",
        `PgBouncer did not take ${text}: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  async #ask(fleet: Fleet, member: Member, text: string): Promise<Row[]> {
    if (this.#console?.port !== member.port) this.#forget();
    this.#console ??= { port: member.port, client: connect(fleet, member, WITHIN) };
    try {
      return (await (await this.#console.client).query<Row>(text)).rows;
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  #forget(): void {
    const client = this.#console?.client;
    this.#console = undefined;
    client?.then((open) => open.end()).catch(() => {});
  }
}

async function connect(fleet: Fleet, member: Member, within: Millis): Promise<pg.Client> {
  const client = new pg.Client({
    host: fleet.paths.run,
    port: member.port ?? 0,
    user: POOLER_ADMIN,
    database: "pgbouncer",
    password: fleet.secrets.poolerAdmin.reveal(),
    connectionTimeoutMillis: WITHIN,
    query_timeout: within,
  });
  client.on("error", () => {});
  await client.connect();
  return client;
}
