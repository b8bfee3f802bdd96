import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import pg from "pg";
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

async function named(project: Project, role: string): Promise<{ name: string; pid: number }> {
  const { members } = await project.healthy();
  const found = members.find((member) => member.role === role && member.pid !== null);
  assert.ok(found !== undefined && found.pid !== null, `nobody is ${role}`);
  return { name: found.name, pid: found.pid };
}

/** Asks one server of PostgreSQL as only the engine may. */
async function asSuperuser(project: Project, member: string, ...statements: readonly string[]): Promise<void> {
  const { paths } = project.state as { paths: { run: string } };
  const port = (await project.member(member)).port ?? 0;
  const client = new pg.Client({ host: paths.run, port, user: "postgres", database: "postgres" });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Who has a role now; `null` when nobody has. */
async function holder(project: Project, role: string): Promise<string | null> {
  const { members } = await project.ps();
  return members.find((member) => member.role === role)?.name ?? null;
}

/** Breaks something while clients write; every acknowledged write has to be there when the fleet is whole again. */
async function whileWriting(
  t: TestContext,
  what: { readonly writers: Writers; readonly read: () => Promise<ReadonlySet<string>>; readonly mayLose?: boolean },
  act: () => Promise<void>,
): Promise<void> {
  await using writers = what.writers;
  await eventually("the first writes", () => writers.acknowledged > 100);
  await act();
  const before = writers.acknowledged;
  await eventually("more writes", () => writers.acknowledged > before + 50, 20_000);
  const { acknowledged, failures, pause } = await writers.stop();
  const found = await what.read();
  const lost = acknowledged.filter((value) => !found.has(value));
  t.diagnostic(
    `${acknowledged.length} writes, ${failures.length} failed, ${lost.length} lost, the longest pause ${pause.toFixed(0)} ms`,
  );
  for (const failure of failures.slice(0, 5)) t.diagnostic(failure);
  if (what.mayLose !== true) assert.deepEqual(lost, []);
}

test("the data tier survives the death and the freeze of its leaders while clients write", async (t) => {
  await using project = await createExample();
  await project.up();
  await project.healthy();
  const database = await project.variable("DATABASE_URL");
  const postgres = async () => ({ writers: await writePostgres(database, 8), read: () => readPostgres(database) });

  const queue = await project.variable("REDIS_URL");
  const redis = async () => ({ writers: writeRedis(queue, 4), read: () => readRedis(queue) });

  for (const signal of ["SIGKILL", "SIGSTOP"] as const) {
    await t.test(`the PostgreSQL primary gets ${signal}`, async (t) => {
      const before = await named(project, "primary");
      await whileWriting(t, await postgres(), async () => {
        process.kill(before.pid, signal);
        await eventually("another primary", async () => (await holder(project, "primary")) !== before.name, 20_000);
      });
      await project.healthy(60_000);
      assert.equal((await project.member(before.name)).role, "replica");
    });

    await t.test(`the Redis master gets ${signal}`, async (t) => {
      const before = await named(project, "master");
      await whileWriting(t, { ...(await redis()), mayLose: true }, async () => {
        process.kill(before.pid, signal);
        await eventually("another master", async () => (await holder(project, "master")) !== before.name, 20_000);
      });
      await project.healthy(60_000);
      assert.equal((await project.member(before.name)).role, "replica");
    });
  }

  const pidOf = async (name: string): Promise<number> => (await project.member(name)).pid ?? 0;
  /** Breaks members at once, and waits until each is another process and the fleet is whole. */
  const broken = async (names: readonly string[], signal: NodeJS.Signals): Promise<void> => {
    const pids = await Promise.all(names.map(pidOf));
    for (const pid of pids) process.kill(pid, signal);
    await eventually(
      `other processes for ${names.join(", ")}`,
      async () => (await Promise.all(names.map(pidOf))).every((pid, at) => pid !== 0 && pid !== pids[at]),
      30_000,
    );
    await project.healthy(60_000);
  };

  await t.test(
    "both replicas are killed: no acknowledged write is lost, and commits wait until one is back",
    async (t) => {
      const primary = await named(project, "primary");
      const { members } = await project.ps();
      const replicas = members.flatMap(({ name, kind }) =>
        kind === "postgres" && name !== primary.name ? [name] : [],
      );
      await whileWriting(t, await postgres(), () => broken(replicas, "SIGKILL"));
    },
  );

  await t.test("the primary and a replica are killed at once: no acknowledged write is lost", async (t) => {
    const primary = await named(project, "primary");
    const { members } = await project.ps();
    const replica = members.find(({ name, kind }) => kind === "postgres" && name !== primary.name)?.name ?? "";
    await whileWriting(t, await postgres(), () => broken([primary.name, replica], "SIGKILL"));
  });

  await t.test("whoever else decides whom commits wait for is found out", async () => {
    const primary = await named(project, "primary");
    await asSuperuser(
      project,
      primary.name,
      "ALTER SYSTEM SET synchronous_standby_names = ''",
      "SELECT pg_reload_conf()",
    );
    await eventually("the health says so", async () => {
      const { checks, status } = await project.health();
      const found = checks.find(({ name }) => name === "replication");
      return status === "degraded" && /set in postgresql\.auto\.conf/.test(found?.detail ?? "");
    });
    await asSuperuser(project, primary.name, "ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()");
    await eventually("all agrees again", async () => (await project.health()).status === "healthy");
  });

  await t.test("a replica that lags gets no reads until it has caught up", async () => {
    const { members } = await project.healthy();
    const replica = members.find(({ kind, role }) => kind === "postgres" && role === "replica")?.name ?? "";
    await asSuperuser(project, replica, "SELECT pg_wal_replay_pause()");
    const client = await connectPostgres(database);
    await client.query("CREATE TABLE ballast AS SELECT md5(random()::text) FROM generate_series(1, 400000)");
    await client.end();
    const detail = async (): Promise<string> => (await project.member(replica)).detail ?? "";
    await eventually("it is said to lag", async () => /MB and \d+\.\d s behind; it gets no reads/.test(await detail()));
    await asSuperuser(project, replica, "SELECT pg_wal_replay_resume()");
    await eventually("it has caught up", async () => (await detail()) === "has all that it was sent");
  });

  for (const signal of ["SIGKILL", "SIGSTOP"] as const) {
    await t.test(`services, a worker and an instance get ${signal}, and come back`, () =>
      broken(
        ["pooler-1", "balancer-1", "cache-1", "sentinel-1", "sentinel-2", "worker-reports-1", "scheduler-1", "web-1"],
        signal,
      ),
    );

    await t.test(`the engine gets ${signal}: it is started again by itself, and nothing else is`, async () => {
      const before = (await project.ps()).members.map(({ pid }) => pid);
      const { engine } = project;
      process.kill(engine, signal);
      await eventually("another engine", () => project.engine !== engine, 20_000);
      const { members } = await project.healthy();
      assert.deepEqual(
        members.map(({ pid }) => pid),
        before,
      );
    });
  }
});
