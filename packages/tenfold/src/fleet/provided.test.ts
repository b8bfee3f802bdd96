import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSpec } from "../spec/parse.ts";
import { type Audience, isProvided, neededFor, PROVIDED_NAMES, withoutVariable } from "./provided.ts";

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
  "REDIS_ENABLED",
];

test("a fleet gives what its services are for", () => {
  assert.deepEqual(providedBy({}), ALWAYS);
  const further = (part: Record<string, unknown>): string[] =>
    providedBy(part).filter((name) => !ALWAYS.includes(name));
  assert.deepEqual(further({ postgres: { replicas: 2 } }), [
    "DATABASE_URL",
    "DATABASE_DIRECT_URL",
    "DATABASE_READ_URL_1",
    "DATABASE_READ_URL_2",
  ]);
  assert.deepEqual(further({ postgres: { url: "postgres://h/d", readUrls: ["postgres://r/d"] } }), [
    "DATABASE_URL",
    "DATABASE_DIRECT_URL",
    "DATABASE_READ_URL_1",
  ]);
  assert.deepEqual(further({ redis: { replicas: 0 }, cache: false }), [
    "REDIS_URL",
    "REDIS_CACHE_URL",
    "CELERY_BROKER_URL",
  ]);
  assert.deepEqual(further({ redis: true }), [
    "REDIS_URL",
    "REDIS_CACHE_URL",
    "REDIS_SENTINELS",
    "REDIS_SENTINEL_MASTER",
    "CELERY_BROKER_URL",
  ]);
});

test("some variables are for some only", () => {
  const everybody: readonly Audience[] = ["web", "workers", "scheduler", "release"];
  assert.deepEqual(withoutVariable("PORT", everybody), ["workers", "scheduler", "release"]);
  assert.deepEqual(withoutVariable("PORT", ["web"]), []);
  assert.deepEqual(withoutVariable("INSTANCE_ID", everybody), ["release"]);
  assert.deepEqual(withoutVariable("DATABASE_URL", everybody), []);
});

test("a variable tells what the file must have for it", () => {
  assert.equal(neededFor("DATABASE_URL"), "postgres");
  assert.equal(neededFor("DATABASE_READ_URL_3"), "postgres with 3 or more replicas");
  assert.equal(neededFor("STRIPE_KEY"), undefined);
  assert.equal(neededFor("constructor"), undefined);
});
