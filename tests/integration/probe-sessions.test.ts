import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { Postgres } from "../../examples/tutormax/src/testing/postgres.ts";
import { Scratch } from "../../examples/tutormax/src/testing/scratch.ts";
import type { Fleet } from "../../packages/tenfold/src/fleet/fleet.ts";
import type { Member } from "../../packages/tenfold/src/fleet/member.ts";
import { leave, type OpenSession, ProbeSessions } from "../../packages/tenfold/src/services/postgres/client.ts";
import { millis } from "../../packages/tenfold/src/units/millis.ts";

/** As the superuser's, to a server that no fleet has. */
function opens(url: string): OpenSession {
  return async (_fleet, _member, { within }) => {
    const client = new pg.Client({ connectionString: url, query_timeout: within });
    client.on("error", () => {});
    await client.connect();
    return {
      query: async (text, time = within) =>
        (await client.query<Record<string, unknown>>({ text, query_timeout: time } as pg.QueryConfig)).rows,
      [Symbol.asyncDispose]: () => client.end(),
    };
  };
}

test("what changes a server is asked again when a probe on its session was given up", async () => {
  await using scratch = await Scratch.create();
  await using server = await Postgres.primary(scratch);
  const sessions = new ProbeSessions(opens(server.url));
  const fleet = {} as Fleet;
  const member = { name: "postgres-1", port: server.port } as Member;
  try {
    await sessions.query(fleet, member, { sql: "SELECT 1", within: millis(5_000) });
    const probe = sessions.query(fleet, member, { sql: "SELECT pg_sleep(1)", within: millis(50) });
    const change = sessions.insist(fleet, member, { sql: "SELECT 2 AS two", within: millis(10_000) });
    await assert.rejects(probe, /timeout/);
    assert.deepEqual(await change, [{ two: 2 }]);
    const refused = sessions.insist(fleet, member, { sql: "SELECT 1 / 0", within: millis(10_000) });
    await assert.rejects(refused, /division by zero/);
    await server.kill();
    const began = performance.now();
    await assert.rejects(sessions.insist(fleet, member, { sql: "SELECT 1", within: millis(30_000) }));
    assert.ok(performance.now() - began < 20_000, "who is dead is not waited for");
  } finally {
    sessions.close();
  }
});

test("a server that is frozen does not keep whoever takes leave of it", async () => {
  await using scratch = await Scratch.create();
  await using server = await Postgres.primary(scratch);
  const client = new pg.Client({ connectionString: server.url });
  client.on("error", () => {});
  await client.connect();
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const backend = rows[0]?.pid ?? 0;
  process.kill(backend, "SIGSTOP");
  try {
    await leave(client);
  } finally {
    process.kill(backend, "SIGCONT");
  }
});
