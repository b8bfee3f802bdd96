import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSpec } from "../spec/parse.ts";
import { isProvided, neededFor, PROVIDED_NAMES } from "./provided.ts";

/** The variables that a fleet with these keys gives. */
function providedBy(part: Record<string, unknown>): string[] {
  const result = parseSpec({ web: "x", ...part }, "shop");
  assert.ok(result.ok, JSON.stringify(result));
  return PROVIDED_NAMES.filter((name) => isProvided(name, result.value));
}

const ALWAYS = [
  "PORT",
  "HOST",
  "INSTANCE_ID",
  "API_INSTANCE_ID",
  "NODE_APP_INSTANCE",
  "RELEASE",
  "STORAGE_DIR",
  "TRUST_PROXY",
];

test("a fleet gives what its services are for", () => {
  assert.deepEqual(providedBy({}), ALWAYS);
  assert.deepEqual(providedBy({ postgres: { replicas: 2 } }).slice(ALWAYS.length), [
    "DATABASE_URL",
    "DATABASE_DIRECT_URL",
    "DATABASE_READ_URL_1",
    "DATABASE_READ_URL_2",
  ]);
  assert.deepEqual(
    providedBy({ postgres: { url: "postgres://h/d", readUrls: ["postgres://r/d"] } }).slice(ALWAYS.length),
    ["DATABASE_URL", "DATABASE_DIRECT_URL", "DATABASE_READ_URL_1"],
  );
  assert.deepEqual(providedBy({ redis: { replicas: 0 }, cache: false }).slice(ALWAYS.length), [
    "REDIS_ENABLED",
    "REDIS_URL",
    "CELERY_BROKER_URL",
  ]);
  assert.deepEqual(providedBy({ redis: true }).slice(ALWAYS.length), [
    "REDIS_ENABLED",
    "REDIS_URL",
    "REDIS_CACHE_URL",
    "REDIS_SENTINELS",
    "REDIS_SENTINEL_MASTER",
    "CELERY_BROKER_URL",
  ]);
});

test("a variable tells what the file must have for it", () => {
  assert.equal(neededFor("DATABASE_URL"), "postgres");
  assert.equal(neededFor("DATABASE_READ_URL_3"), "postgres with 3 or more replicas");
  assert.equal(neededFor("STRIPE_KEY"), undefined);
  assert.equal(neededFor("constructor"), undefined);
});
