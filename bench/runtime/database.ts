import pg from "pg";
import { DatabasePair, routes } from "../../packages/runtime/src/testing/database-pair.ts";
import { eventually } from "../../packages/runtime/src/testing/eventually.ts";
import { peer } from "./peers.ts";
import { atMost, inTurns, measured, microsecondsEach, processorEach, type Row } from "./row.ts";

interface Drizzle {
  execute(query: unknown): Promise<unknown>;
}
interface DrizzleModules {
  drizzle(options: object): Drizzle;
  withReplicas(primary: Drizzle, replicas: readonly Drizzle[]): Drizzle & Record<"select", () => Selecting>;
}
interface Selecting {
  from(table: unknown): { where(condition: unknown): Promise<unknown> };
}

const READS = 3_000;
const TEXT = "select n from counts where id = $1";

export const row: Row = {
  name: "Database: a read of one row, after the other, PostgreSQL with a replica on this machine",
  async measure(runs) {
    await using pair = await DatabasePair.start(0);
    await pair.primary.query("create table counts (id int primary key, n int not null)");
    await pair.primary.query("insert into counts select at, at from generate_series(1, 1000) at");
    await eventually("the replica has it", async () => (await pair.replica.query("select 1 from counts")).length > 0);
    await using opened = pair.open({ lookEvery: 250 });
    const { db, context } = opened;
    await eventually("the replica is known", async () => {
      await db.read("select 1");
      return (routes(context).replica ?? 0) > 0;
    });
    const pool = new pg.Pool({ connectionString: pair.replica.url });
    const peers = await peer<{ Pool: new (options: object) => { end(): Promise<void> } } & { default: typeof pg }>(
      "pg",
    );
    const { drizzle } = await peer<Pick<DrizzleModules, "drizzle">>("drizzle-orm/node-postgres");
    const { withReplicas, pgTable, integer } = await peer<
      Pick<DrizzleModules, "withReplicas"> & Record<"pgTable" | "integer", (...args: unknown[]) => unknown>
    >("drizzle-orm/pg-core");
    const { eq } = await peer<{ eq(column: unknown, value: unknown): unknown }>("drizzle-orm");
    const counts = pgTable("counts", { id: integer("id"), n: integer("n") }) as { readonly id: unknown };
    const pools = [pair.primary.url, pair.replica.url].map((connectionString) => {
      return new peers.default.Pool({ connectionString });
    });
    const [primary, replica] = pools.map((client) => drizzle({ client })) as [Drizzle, Drizzle];
    const replicated = withReplicas(primary, [replica]);
    const token = await db.scope(null, async () => {
      await db.query("update counts set n = n where id = 1");
      return await db.token();
    });
    await eventually("the token is replayed", async () => {
      const { rows } = await db.read("select pg_is_in_recovery() as replica", [], { after: token });
      return rows[0]?.replica;
    });
    const calls = {
      pg: (at: number) => pool.query(TEXT, [(at % 1_000) + 1]),
      router: (at: number) => db.read(TEXT, [(at % 1_000) + 1]),
      token: (at: number) => db.read(TEXT, [(at % 1_000) + 1], { after: token }),
      drizzle: (at: number) =>
        (replicated as unknown as { select(): Selecting })
          .select()
          .from(counts)
          .where(eq(counts.id, (at % 1_000) + 1)),
    };
    try {
      for (const call of Object.values(calls)) await microsecondsEach(READS, call);
      const before = routes(context).replica ?? 0;
      const times = await inTurns(runs, {
        pg: () => processorEach(READS, calls.pg),
        router: () => processorEach(READS, calls.router),
        token: () => processorEach(READS, calls.token),
        drizzle: () => processorEach(READS, calls.drizzle),
        pgWall: () => microsecondsEach(READS, calls.pg),
        routerWall: () => microsecondsEach(READS, calls.router),
      });
      const onReplica = ((routes(context).replica ?? 0) - before) / (3 * READS * runs);
      const over = (values: readonly number[]) => values.map((value, at) => value - (times.pg[at] ?? Number.NaN));
      return [
        measured("router, over pg alone: processor time", over(times.router), "µs", {
          goal: atMost(5, "µs"),
          note: `${Math.round(onReplica * 100)} % of reads on the replica`,
        }),
        measured("router with a token, over pg alone: processor time", over(times.token), "µs", {
          note: "what was written is seen; checked in the same round trip",
        }),
        measured("drizzle withReplicas, over pg alone: processor time", over(times.drizzle), "µs", {
          note: "no read sees what was written; it builds its SQL as well",
        }),
        measured("pg alone, a pool on the replica: processor time", times.pg, "µs"),
        measured("router: on the wall", times.routerWall, "µs"),
        measured("pg alone: on the wall", times.pgWall, "µs"),
      ];
    } finally {
      await Promise.all([pool, ...pools].map((one) => one.end()));
    }
  },
};
