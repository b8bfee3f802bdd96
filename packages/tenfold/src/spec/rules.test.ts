import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSpec } from "./parse.ts";

/** Each value with what is said about it; `null` where it is right. */
function check(cases: readonly (readonly [Record<string, unknown>, RegExp | null])[]): void {
  for (const [part, expected] of cases) {
    const result = parseSpec({ web: "node server.js", ...part }, "shop");
    const said = result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
    if (expected === null) assert.deepEqual(said, [], JSON.stringify(part));
    else {
      assert.equal(said.length, 1, `${JSON.stringify(part)}: ${said.join("\n")}`);
      assert.match(said[0] ?? "", expected, JSON.stringify(part));
    }
  }
}

test("no maximum is below its minimum", () => {
  check([
    [{ web: { command: "x", instances: { min: 3, max: 3 } } }, null],
    [
      { web: { command: "x", instances: { min: 5, max: 2 } } },
      /^web\.instances\.max: is 2, below min, which is 5; make max 5 or more, or min 2 or less$/,
    ],
    [
      { workers: { mail: { command: "x", instances: { min: 2, max: 1 } } } },
      /^workers\.mail\.instances\.max: is 1, below min/,
    ],
  ]);
});

test("sentinels can form a majority, or there are none", () => {
  check([
    [{ redis: { sentinels: 3 } }, null],
    [{ redis: { sentinels: 5 } }, null],
    [{ redis: { replicas: 0 } }, null],
    [{ redis: { replicas: 0, sentinels: 0 } }, null],
    [{ redis: { sentinels: 2 } }, /^redis\.sentinels: is 2; it must be an odd number of at least 3.*make it 3$/],
    [{ redis: { sentinels: 4 } }, /^redis\.sentinels: is 4; .*make it 3 or 5$/],
    [{ redis: { sentinels: 1 } }, /^redis\.sentinels: is 1; .*make it 3$/],
    [{ redis: { sentinels: 0 } }, /^redis\.sentinels: is 0; .*make it 3$/],
    [{ redis: { replicas: 0, sentinels: 3 } }, /^redis\.sentinels: is 3, but there is no replica to fail over to/],
  ]);
});

test("a wrong count of replicas silences what is said about sentinels", () => {
  check([[{ redis: { replicas: "one", sentinels: 4 } }, /^redis\.replicas: is "one"/]]);
});

test("nobody sets the port of instances", () => {
  check([
    [{ env: { PORT: 3000 } }, /^env\.PORT: must not be set.*balancer\.port/],
    [{ web: { command: "x", env: { PORT: "${PORT}" } } }, /^web\.env\.PORT: must not be set/],
    [{ workers: { mail: { command: "x", env: { PORT: 1 } } } }, null],
  ]);
});

test("a health check happens before an instance is given up", () => {
  check([[{ web: { command: "x", health: { start: "1s", interval: "2s" } } }, /^web\.health\.start: is shorter than/]]);
});

test("PostgreSQL does not run as root", () => {
  check([
    [{ user: "root", postgres: true }, /^user: is root, as which PostgreSQL refuses to run/],
    [{ user: "root" }, null],
    [{ user: "app", postgres: true }, null],
  ]);
});

test("there is one cache", () => {
  check([
    [{ redis: { url: "redis://h", cacheUrl: "redis://c" } }, null],
    [{ redis: { url: "redis://h", cacheUrl: "redis://c" }, cache: true }, /^cache: is a second cache/],
    [{ redis: { url: "redis://h" }, cache: true }, null],
    [{ cache: true }, null],
  ]);
});

test("a database's name is not one that the server or the pooler uses", () => {
  check([
    [{ postgres: { database: "pgbouncer" } }, /^postgres\.database: is pgbouncer, which is taken/],
    [{ postgres: { database: "shop_read_1" } }, /^postgres\.database: .*how the pooler calls a replica/],
    [{ name: "postgres", postgres: true }, /^name: gives the database the name postgres.*set postgres\.database$/],
    [{ name: "postgres", postgres: { database: "shop" } }, null],
    [{ name: "postgres" }, null],
  ]);
});

test("settings that Tenfold must choose are refused with the reason", () => {
  check([
    [{ postgres: { settings: { port: 5432 } } }, /^postgres\.settings\.port: cannot be chosen: every server gets/],
    [{ postgres: { settings: { synchronous_standby_names: "" } } }, /cannot be chosen: postgres\.replicas decides it$/],
    [{ postgres: { settings: { wal_level: "minimal" } } }, /wal_level: is minimal/],
    [{ postgres: { settings: { wal_level: "logical", "pg_stat_statements.max": 100 } } }, null],
    [{ postgres: { settings: { fsync: false } } }, /fsync: is false, with which a power failure/],
    [{ postgres: { settings: { fsync: true } } }, null],
    [{ postgres: { settings: { constructor: 1 } } }, null],
  ]);
});

test("the pool fits between the application and the server", () => {
  check([
    [{ postgres: { settings: { max_connections: 40 } } }, null],
    [
      { postgres: { settings: { max_connections: 39 } } },
      /^postgres\.settings\.max_connections: is 39, too few.*make it 40/,
    ],
    [{ postgres: { settings: { max_connections: "many" } } }, /max_connections: is "many"; it must be a whole number$/],
    [
      { postgres: { pool: { size: 50, clients: 20 } } },
      /^postgres\.pool\.clients: is 20, below postgres\.pool\.size, which is 50$/,
    ],
    [
      { web: { command: "x", instances: 60 }, postgres: { pool: { size: 5, clients: 50 } } },
      /^postgres\.pool\.clients: is 50, fewer than the 60 processes of the application/,
    ],
  ]);
});

test("a limit is one that the balancer can count", () => {
  const file = (engine: string, rateLimit: string): Record<string, unknown> => ({ balancer: { engine, rateLimit } });
  check([
    [file("haproxy", "10/h"), null],
    [file("nginx", "1/min"), null],
    [file("nginx", "100/h"), null],
    [
      file("nginx", "10/hour"),
      /^balancer\.rateLimit: is 10\/hour, and nginx limits to no less than 1\/min; allow more, or make balancer\.engine haproxy$/,
    ],
  ]);
});
