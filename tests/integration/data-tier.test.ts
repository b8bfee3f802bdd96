import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { eventually } from "../harness/eventually.ts";
import { createExample, type Project } from "../harness/project.ts";
import {
  connectPostgres,
  readPostgres,
  readRedis,
  type Writers,
  writePostgres,
  writeRedis,
} from "../harness/writers.ts";

async function leaders(project: Project): Promise<{ primary: string; master: string }> {
  const { members } = await project.healthy();
  const named = (role: string): string => {
    const found = members.filter((member) => member.role === role);
    assert.equal(found.length, 1, `${found.length} members are ${role}`);
    return found[0]?.name ?? "";
  };
  return { primary: named("primary"), master: named("master") };
}

async function answer(url: string, sql: string): Promise<unknown> {
  const client = await connectPostgres(url);
  try {
    const { rows } = await client.query<[unknown]>({ text: sql, rowMode: "array" });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

/** How many replicas stream from the primary. */
async function streaming(project: Project): Promise<unknown> {
  const status = "SELECT count(*)::int FROM replication_status WHERE state = 'streaming'";
  return answer(await project.variable("DATABASE_DIRECT_URL"), status);
}

/** Does something while clients write. Every acknowledged write has to be there afterwards; gives what failed. */
async function whileWriting(
  t: TestContext,
  what: { readonly writers: Writers; readonly read: () => Promise<ReadonlySet<string>> },
  act: () => Promise<void>,
): Promise<readonly string[]> {
  await using writers = what.writers;
  await eventually("the first writes", () => writers.acknowledged > 100);
  await act();
  const { acknowledged, failures, pause } = await writers.stop();
  const found = await what.read();
  const lost = acknowledged.filter((value) => !found.has(value));
  t.diagnostic(
    `${acknowledged.length} writes, ${failures.length} failed, ${lost.length} lost, the longest pause ${pause.toFixed(0)} ms`,
  );
  for (const failure of failures.slice(0, 5)) t.diagnostic(failure);
  assert.deepEqual(lost, []);
  return failures;
}

test("the data tier switches, restarts and scales while clients write", async (t) => {
  await using project = await createExample();
  await project.up();
  await project.healthy();
  const database = await project.variable("DATABASE_URL");
  const queue = await project.variable("REDIS_URL");
  const postgres = async (clients = 8) => ({
    writers: await writePostgres(database, clients),
    read: () => readPostgres(database),
  });
  const redis = async () => ({ writers: writeRedis(queue, 4), read: () => readRedis(queue) });

  for (const way of ["there", "back again"]) {
    await t.test(`failover postgres, ${way}: no query fails`, async (t) => {
      const { primary } = await leaders(project);
      const failures = await whileWriting(t, await postgres(), async () => {
        await project.tenfold("failover", "postgres");
        await project.healthy();
      });
      assert.deepEqual(failures, []);
      assert.notEqual((await leaders(project)).primary, primary);
      assert.equal((await project.member(primary)).role, "replica");
    });
  }

  for (const way of ["there", "back again"]) {
    await t.test(`failover redis, ${way}: no command fails`, async (t) => {
      const { master } = await leaders(project);
      const failures = await whileWriting(t, await redis(), async () => {
        await project.tenfold("failover", "redis");
        await project.healthy();
      });
      assert.deepEqual(failures, []);
      assert.notEqual((await leaders(project)).master, master);
      assert.equal((await project.member(master)).role, "replica");
    });
  }

  await t.test("restart postgres: no query fails", async (t) => {
    const failures = await whileWriting(t, await postgres(), async () => {
      await project.tenfold("restart", "postgres");
      await project.healthy();
    });
    assert.deepEqual(failures, []);
  });

  await t.test("restart redis: no command fails", async (t) => {
    const failures = await whileWriting(t, await redis(), async () => {
      await project.tenfold("restart", "redis");
      await project.healthy();
    });
    assert.deepEqual(failures, []);
  });

  for (const whose of ["its engine", "an engine that found it running"]) {
    await t.test(
      `restart pooler by ${whose}: no query fails, though more clients than connections are busy`,
      async (t) => {
        const { pid } = await project.member("pooler-1");
        if (whose !== "its engine") {
          const former = project.engine;
          process.kill(former, "SIGKILL");
          await eventually("another engine", () => project.engine !== former, 20_000);
          await project.healthy();
        }
        const failures = await whileWriting(t, await postgres(40), async () => {
          await project.tenfold("restart", "pooler");
          await project.healthy();
        });
        assert.deepEqual(failures, []);
        assert.notEqual((await project.member("pooler-1")).pid, pid);
      },
    );
  }

  const named = async (kind: string): Promise<string[]> =>
    (await project.healthy()).members.filter((member) => member.kind === kind).map(({ name }) => name);

  await t.test("scale postgres.replicas=+1: a fourth server streams, and has a read pool", async (t) => {
    const failures = await whileWriting(t, await postgres(), async () => {
      await project.tenfold("scale", "postgres.replicas=+1");
    });
    assert.deepEqual(failures, []);
    assert.deepEqual(await named("postgres"), ["postgres-1", "postgres-2", "postgres-3", "postgres-4"]);
    assert.equal(await streaming(project), 3);
    assert.equal(await answer(await project.variable("DATABASE_READ_URL_3"), "SELECT pg_is_in_recovery()"), true);
  });

  await t.test("scale postgres.replicas=1: the youngest leave, and never the primary", async (t) => {
    await project.tenfold("failover", "postgres", "--to", "postgres-4");
    const failures = await whileWriting(t, await postgres(), async () => {
      await project.tenfold("scale", "postgres.replicas=1");
    });
    assert.deepEqual(failures, []);
    const left = await named("postgres");
    assert.equal(left.length, 2);
    assert.equal(await streaming(project), 1);
    assert.match(
      String(await answer(await project.variable("DATABASE_DIRECT_URL"), "SHOW synchronous_standby_names")),
      /^ANY 1 \(\w+\)$/,
    );
  });

  await t.test("scale redis.replicas=2, and back to 1", async (t) => {
    const failures = await whileWriting(t, await redis(), async () => {
      await project.tenfold("scale", "redis.replicas=2");
      assert.deepEqual(await named("redis"), ["redis-1", "redis-2", "redis-3"]);
      await project.tenfold("failover", "redis", "--to", "redis-3");
      assert.equal((await leaders(project)).master, "redis-3");
      await project.tenfold("scale", "redis.replicas=1");
    });
    assert.deepEqual(failures, []);
    assert.equal((await named("redis")).length, 2);
  });

  await t.test("no replicas at all, and one of each again", async (t) => {
    const failures = await whileWriting(t, await postgres(), async () => {
      await project.tenfold("scale", "postgres.replicas=0", "redis.replicas=0");
      const { members } = await project.healthy();
      assert.deepEqual(
        members.filter(({ kind }) => ["postgres", "redis", "sentinel"].includes(kind)).map(({ role }) => role),
        ["primary", "master"],
      );
      assert.equal(await answer(await project.variable("DATABASE_DIRECT_URL"), "SHOW synchronous_standby_names"), "");
      await project.tenfold("scale", "postgres.replicas=1", "redis.replicas=1");
    });
    assert.deepEqual(failures, []);
    assert.equal(await streaming(project), 1);
    assert.equal((await named("sentinel")).length, 3);
  });
});
