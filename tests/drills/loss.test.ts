import assert from "node:assert/strict";
import { test } from "node:test";
import { freePort } from "../../examples/tutormax/src/testing/free-port.ts";
import { Postgres } from "../../examples/tutormax/src/testing/postgres.ts";
import { Scratch } from "../../examples/tutormax/src/testing/scratch.ts";
import { checkInserts } from "../../packages/tenfold/src/drill/check/inserts.ts";
import { checkSessions } from "../../packages/tenfold/src/drill/check/sessions.ts";
import { InsertWork } from "../../packages/tenfold/src/drill/work/insert-work.ts";
import { SessionWork } from "../../packages/tenfold/src/drill/work/session-work.ts";
import { SqlClient } from "../../packages/tenfold/src/drill/work/sql-client.ts";
import { dropTables, makeTables, SCHEMA } from "../../packages/tenfold/src/drill/work/tables.ts";
import { eventually } from "../harness/eventually.ts";

/** The checkers must be able to fail: real servers that lose writes, and clients that send them twice. */

interface Pair extends AsyncDisposable {
  readonly primary: Postgres;
  readonly replica: Postgres;
}

async function openPair(): Promise<Pair> {
  const scratch = await Scratch.create();
  const primary = await Postgres.primary(scratch);
  const replica = await Postgres.replica(scratch, primary, await freePort());
  await makeTables(primary.url);
  await eventually("the replica has the tables", async () => {
    const [row] = await replica.query(`SELECT to_regclass('${SCHEMA}.sessions') IS NOT NULL AS there`);
    return row?.there === true;
  });
  return {
    primary,
    replica,
    [Symbol.asyncDispose]: async () => {
      await primary[Symbol.asyncDispose]();
      await replica[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    },
  };
}

/** The process that receives from the primary. */
async function receiverOf(replica: Postgres): Promise<number> {
  return eventually("the replica streams", async () => {
    const [row] = await replica.query("SELECT pid FROM pg_stat_wal_receiver WHERE status = 'streaming'");
    return row === undefined ? undefined : Number(row.pid);
  });
}

/** What a replica has that was cut off from its primary, and promoted when that had died. */
async function promoted({ primary, replica }: Pair, receiver: number): Promise<number[]> {
  await primary.kill();
  // With it goes what the kernel had taken for it and it had not read.
  process.kill(receiver, "SIGKILL");
  await eventually("the replica leads", async () => {
    await replica.query("SELECT pg_promote()");
    const [row] = await replica.query("SELECT pg_is_in_recovery() AS standby");
    return row?.standby === false;
  });
  const rows = await replica.query(`SELECT value::int FROM ${SCHEMA}.inserts`);
  return rows.map(({ value }) => Number(value));
}

async function acknowledge(work: InsertWork, more: number): Promise<void> {
  const wanted = work.done + more;
  await eventually(`${more} acknowledged writes`, () => work.done >= wanted);
}

test("asynchronous replication loses acknowledged writes, and they are reported as lost", async (t) => {
  await using pair = await openPair();
  const work = new InsertWork(pair.primary.url);
  try {
    await acknowledge(work, 50);
    const receiver = await receiverOf(pair.replica);
    process.kill(receiver, "SIGSTOP");
    await acknowledge(work, 50);
    const found = await promoted(pair, receiver);
    await work.stop();
    const { lost, doubled, unexpected } = checkInserts(work.inserts, found);
    t.diagnostic(`${work.done} acknowledged, ${lost.length} lost`);
    assert.ok(lost.length >= 50, `${lost.length} are reported as lost`);
    assert.deepEqual([doubled, unexpected], [[], []]);
  } finally {
    await work.stop();
    work.close();
  }
});

test("synchronous replication loses none, and a commit whose wait was cancelled counts as unknown", async (t) => {
  await using pair = await openPair();
  await pair.primary.query("ALTER SYSTEM SET synchronous_standby_names = '*'");
  await pair.primary.query("SELECT pg_reload_conf()");
  await eventually("the replica is synchronous", async () => {
    const [row] = await pair.primary.query("SELECT sync_state FROM pg_stat_replication");
    return row?.sync_state === "sync";
  });
  const work = new InsertWork(pair.primary.url);
  try {
    await acknowledge(work, 50);
    const receiver = await receiverOf(pair.replica);
    process.kill(receiver, "SIGSTOP");
    const waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    await eventually("writes wait for the replica", async () => (await pair.primary.query(waiting)).length > 0);
    const acknowledged = work.done;
    await pair.primary.query(`SELECT pg_cancel_backend(pid) FROM (${waiting}) AS waiting`);
    const unknown = (): number => work.inserts.filter(({ ending }) => ending === "unknown").length;
    await eventually("a cancelled wait is told", () => unknown() > 0);
    const warned = work.inserts.find(({ ending }) => ending === "unknown");
    assert.match(warned?.error ?? "", /warned/);
    assert.equal(work.done, acknowledged, "success with a warning is no acknowledgement");
    const found = await promoted(pair, receiver);
    await work.stop();
    t.diagnostic(`${work.done} acknowledged, ${unknown()} unknown`);
    assert.deepEqual(checkInserts(work.inserts, found).lost, []);
  } finally {
    await work.stop();
    work.close();
  }
});

test("what needs no server to die", async (t) => {
  await using pair = await openPair();

  await t.test("writes that somebody sends a second time are caught", async () => {
    const work = new InsertWork(pair.primary.url);
    const client = new SqlClient(pair.primary.url);
    try {
      await acknowledge(work, 20);
      await client.attempt((session) => session.commit(`INSERT INTO ${SCHEMA}.inserts VALUES (3), (5)`));
      await work.stop();
      assert.deepEqual((await work.verdict()).doubled.toSorted(), [3, 5]);
    } finally {
      await work.stop();
      work.close();
      client.close();
    }
  });

  await t.test(
    "a replica that is behind breaks sessions that ask it blindly, and none that carry their position",
    async () => {
      await pair.replica.query("ALTER SYSTEM SET recovery_min_apply_delay = '2s'");
      await pair.replica.query("SELECT pg_reload_conf()");
      const work = new SessionWork(pair.primary.url, [pair.replica.url]);
      try {
        await eventually("reads", () => work.done >= 30);
        await work.stop();
        const { behind, breaches } = await work.verdict();
        assert.ok(behind > 0, "nobody was behind");
        assert.deepEqual(breaches, []);
        const blind = work.reads.map((read) => ({ ...read, guarded: true }));

        assert.ok(checkSessions(blind).breaches.length > 0, "the check does not see it");
      } finally {
        await work.stop();
        work.close();
      }
    },
  );

  await t.test("a transaction whose connection broke is not gone on with on another one", async () => {
    const client = new SqlClient(pair.primary.url);
    const there = async (pid: unknown): Promise<boolean> =>
      (await pair.primary.query(`SELECT 1 FROM pg_stat_activity WHERE pid = ${pid}`)).length > 0;
    const { ending } = await client.attempt(async (session) => {
      await session.query("BEGIN");
      const [row] = await session.query("SELECT pg_backend_pid() AS pid");
      await pair.primary.query(`SELECT pg_terminate_backend(${row?.pid})`);
      await eventually("the server's side has ended", async () => !(await there(row?.pid)));
      await session.query(`INSERT INTO ${SCHEMA}.inserts VALUES (777)`);
      await session.commit("COMMIT");
    });
    client.close();
    assert.equal(ending, "failed");
    assert.deepEqual(await pair.primary.query(`SELECT 1 FROM ${SCHEMA}.inserts WHERE value = 777`), []);
  });

  await t.test("the drill's tables leave nothing, and a schema of somebody else's is not touched", async () => {
    const { primary } = pair;
    const schemas = async (): Promise<number> =>
      (await primary.query(`SELECT 1 FROM pg_namespace WHERE nspname = '${SCHEMA}'`)).length;
    await makeTables(primary.url);
    await dropTables(primary.url);
    assert.equal(await schemas(), 0);
    await primary.query(`CREATE SCHEMA ${SCHEMA}`);
    await assert.rejects(makeTables(primary.url), { code: "TF_DRILL_DATABASE" });
    await dropTables(primary.url);
    assert.equal(await schemas(), 1);
  });
});
