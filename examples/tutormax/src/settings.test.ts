import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSettings } from "./settings.ts";

test("an empty environment runs alone, on port 3000 of this machine", () => {
  const settings = parseSettings({}, 42);
  assert.deepEqual(settings, {
    host: "127.0.0.1",
    port: 3000,
    instanceId: "tutormax-42",
    version: "1.0.0",
    databaseUrl: null,
    databaseReadUrls: [],
    databaseDirectUrl: null,
    redisUrl: null,
    trustProxy: false,
    logLevel: "info",
  });
});

test("the environment of a fleet's instance is understood", () => {
  const settings = parseSettings(
    {
      HOST: "127.0.0.1",
      PORT: "20001",
      INSTANCE_ID: "web-2",
      RELEASE: "7",
      DATABASE_URL: "postgres://a:b@127.0.0.1:6432/tutormax",
      DATABASE_DIRECT_URL: "postgres://a:b@127.0.0.1:5432/tutormax",
      REDIS_ENABLED: "true",
      REDIS_URL: "redis://:b@127.0.0.1:6379",
      TRUST_PROXY: "1",
    },
    42,
  );
  assert.equal(settings.port, 20_001);
  assert.equal(settings.instanceId, "web-2");
  assert.equal(settings.version, "1.0.0+7");
  assert.equal(settings.databaseUrl, "postgres://a:b@127.0.0.1:6432/tutormax");
  assert.equal(settings.databaseDirectUrl, "postgres://a:b@127.0.0.1:5432/tutormax");
  assert.equal(settings.redisUrl, "redis://:b@127.0.0.1:6379");
  assert.equal(settings.trustProxy, true);
});

test("replicas are taken in the order of their numbers", () => {
  const url = (name: string) => `postgres://127.0.0.1/${name}`;
  const settings = parseSettings(
    { DATABASE_READ_URL_10: url("ten"), DATABASE_READ_URL_2: url("two"), DATABASE_READ_URL_1: url("one") },
    42,
  );
  assert.deepEqual(settings.databaseReadUrls, [url("one"), url("two"), url("ten")]);
});

test("without a direct URL, migrations use the only one there is", () => {
  const settings = parseSettings({ DATABASE_URL: "postgres://127.0.0.1/one" }, 42);
  assert.equal(settings.databaseDirectUrl, "postgres://127.0.0.1/one");
});

test("REDIS_ENABLED=false wins over a URL", () => {
  assert.equal(parseSettings({ REDIS_ENABLED: "false", REDIS_URL: "redis://127.0.0.1" }, 42).redisUrl, null);
});

test("all problems are named at once, and no value is shown", () => {
  const env = { PORT: "eighty", LOG_LEVEL: "loud", DATABASE_URL: "mysql://a:hunter2@x/y", REDIS_URL: "hunter2" };
  assert.throws(
    () => parseSettings(env, 42),
    (error: Error) => {
      assert.equal(
        error.message,
        "PORT is no number from 0 to 65535; LOG_LEVEL is none of debug, info, warn, error; " +
          "DATABASE_URL is no URL that starts with postgres:// or postgresql://; " +
          "REDIS_URL is no URL that starts with redis:// or rediss://",
      );
      return true;
    },
  );
});
