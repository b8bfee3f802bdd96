import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../fault/index.ts";
import { parseEnvironment } from "./parse-environment.ts";

const SELF = { hostname: "box", pid: 42 };

test("nothing told means no service, and a name made of host and pid", () => {
  const environment = parseEnvironment({}, SELF);
  assert.equal(environment.instanceId, "box-42");
  assert.equal(environment.redisUrl, null);
  assert.equal(environment.databaseUrl, null);
  assert.deepEqual(environment.databaseReadUrls, []);
  assert.equal(environment.trustProxy, 0);
  assert.equal(environment.host, "127.0.0.1");
});

test("all that a fleet provides is read", () => {
  const environment = parseEnvironment(
    {
      PORT: "20001",
      HOST: "0.0.0.0",
      INSTANCE_ID: "web-1",
      NODE_APP_INSTANCE: "0",
      RELEASE: "3",
      DATABASE_URL: "postgres://u:p@127.0.0.1:1/app",
      DATABASE_READ_URL_10: "postgres://u:p@127.0.0.1:1/app_read_10",
      DATABASE_READ_URL_2: "postgres://u:p@127.0.0.1:1/app_read_2",
      REDIS_ENABLED: "true",
      REDIS_URL: "redis://:p@127.0.0.1:2/0",
      REDIS_CACHE_URL: "redis://:p@127.0.0.1:3/0",
      REDIS_SENTINELS: "127.0.0.1:4,[::1]:5",
      REDIS_SENTINEL_MASTER: "tenfold",
      STORAGE_DIR: "/srv/files",
      TRUST_PROXY: "1",
    },
    SELF,
  );
  assert.equal(environment.port, 20_001);
  assert.equal(environment.instanceIndex, 0);
  assert.deepEqual(
    environment.databaseReadUrls.map((url) => url.slice(-2)),
    ["_2", "10"],
  );
  assert.equal(environment.databaseDirectUrl, environment.databaseUrl);
  assert.deepEqual(environment.sentinels, [
    { host: "127.0.0.1", port: 4 },
    { host: "::1", port: 5 },
  ]);
  assert.equal(environment.trustProxy, 1);
});

test("Redis that is switched off is not there, whatever its URL; a cache of its own stays", () => {
  const environment = parseEnvironment(
    { REDIS_ENABLED: "false", REDIS_URL: "redis://a", REDIS_SENTINELS: "a:1", REDIS_CACHE_URL: "redis://b" },
    SELF,
  );
  assert.equal(environment.redisUrl, null);
  assert.equal(environment.redisCacheUrl, "redis://b");
  assert.deepEqual(environment.sentinels, []);
});

test("the cache is in the durable Redis when there is no other", () => {
  assert.equal(parseEnvironment({ REDIS_URL: "redis://a" }, SELF).redisCacheUrl, "redis://a");
});

test("every problem is told at once, and no value", () => {
  const secret = "hunter2";
  const variables = {
    PORT: "80a",
    DATABASE_URL: `mysql://u:${secret}@h/db`,
    DATABASE_READ_URL_1: secret,
    REDIS_URL: `:${secret}@h`,
    REDIS_SENTINELS: "a:1,b",
    REDIS_ENABLED: "maybe",
    TRUST_PROXY: "10.0.0.0/8",
  };
  assert.throws(
    () => parseEnvironment(variables, SELF),
    (error) => {
      assert.ok(error instanceof Fault);
      assert.equal(error.code, "TF_RT_ENVIRONMENT");
      const names = error.lines.map((line) => line.split(":")[0]);
      assert.deepEqual(names.toSorted(), [
        "DATABASE_READ_URL_1",
        "DATABASE_URL",
        "PORT",
        "REDIS_ENABLED",
        "REDIS_SENTINELS",
        "REDIS_SENTINEL_MASTER",
        "REDIS_URL",
        "TRUST_PROXY",
      ]);
      assert.ok(!JSON.stringify(error).includes(secret));
      return true;
    },
  );
});
