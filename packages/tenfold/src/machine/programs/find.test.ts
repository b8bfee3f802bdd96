import assert from "node:assert/strict";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findPrograms, POSTGRES_SIBLINGS } from "./find.ts";

/** A directory of small shell scripts that answer as the given programs do. */
async function programs(files: Readonly<Record<string, string>>): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), "tenfold programs "));
  for (const [name, said] of Object.entries(files)) {
    await mkdir(join(path, name, ".."), { recursive: true });
    await writeFile(join(path, name), `#!/bin/sh\necho '${said}'\n`);
    await chmod(join(path, name), 0o755);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test("the services of this machine are found without /usr/sbin in the PATH", async () => {
  const found = await findPrograms({ PATH: "/nowhere" });
  for (const name of ["haproxy", "nginx", "postgres", "pgbouncer", "redis-server"] as const) {
    assert.ok(found[name], `${name} was not found`);
    assert.ok(found[name].version[0] >= 1);
  }
  assert.ok(!found.postgres?.path.startsWith("/usr/local/bin"), "a link is followed to where its siblings are");
});

test("the one in the PATH wins over the system's, unless it is too old", async () => {
  await using own = await programs({ haproxy: "HAProxy version 9.1.2 2030/01/01 - https://haproxy.org/" });
  const found = await findPrograms({ PATH: `${own.path}:/usr/bin` });
  assert.equal(found.haproxy?.path, join(own.path, "haproxy"));
  assert.deepEqual(found.haproxy?.version, [9, 1, 2]);
  assert.ok((found.haproxy?.others ?? []).length > 0, "the system's own is still listed");

  await using old = await programs({ haproxy: "HA-Proxy version 2.0.1 2019/01/01" });
  const newer = await findPrograms({ PATH: `${old.path}:/usr/bin` });
  assert.notEqual(newer.haproxy?.path, join(old.path, "haproxy"));
  assert.ok(newer.haproxy?.others?.some(({ path }) => path === join(old.path, "haproxy")));
});

test("only a complete PostgreSQL counts, the newest is used, and older majors stay known", async () => {
  const complete = Object.fromEntries(POSTGRES_SIBLINGS.map((name) => [`99/${name}`, `${name} (PostgreSQL) 99.1`]));
  await using own = await programs({ ...complete, "100/postgres": "postgres (PostgreSQL) 100.0" });
  const found = await findPrograms({ PATH: `${own.path}/100:${own.path}/99` });
  assert.equal(found.postgres?.path, join(own.path, "99/postgres"));
  assert.ok(found.postgres?.others?.every(({ version }) => version[0] < 99));
  assert.ok((found.postgres?.others ?? []).length >= 1, "the system's major is still known");
});

test("a link to a PostgreSQL leads to its real directory, once", async () => {
  const complete = Object.fromEntries(POSTGRES_SIBLINGS.map((name) => [`98/${name}`, `${name} (PostgreSQL) 98.1`]));
  await using own = await programs(complete);
  await mkdir(join(own.path, "bin"));
  await symlink(join(own.path, "98/postgres"), join(own.path, "bin/postgres"));
  const found = await findPrograms({ PATH: `${own.path}/bin:${own.path}/98` });
  assert.equal(found.postgres?.path, join(own.path, "98/postgres"));
  assert.equal(found.postgres?.others?.filter(({ version }) => version[0] === 98).length, 0);
});

test("Valkey stands in for Redis, and a program that does not start does not count", async () => {
  await using own = await programs({
    "valkey-server": "Valkey server v=80.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1",
    haproxy: "haproxy: error while loading shared libraries",
  });
  const found = await findPrograms({ PATH: own.path });
  assert.equal(found["redis-server"]?.path, join(own.path, "valkey-server"));
  assert.notEqual(found.haproxy?.path, join(own.path, "haproxy"));
});

test("all programs are asked at once, so that slow ones do not add up", async () => {
  const slow = "HAProxy version 9.0.0' && sleep 1 && echo 'done";
  const names = ["haproxy", "nginx", "pgbouncer", "redis-server", "openssl"];
  await using own = await programs(Object.fromEntries(names.map((name) => [name, slow])));
  const started = performance.now();
  await findPrograms({ PATH: `${own.path}:/usr/bin:/bin` });
  assert.ok(performance.now() - started < names.length * 1_000, "they were asked one after another");
});
