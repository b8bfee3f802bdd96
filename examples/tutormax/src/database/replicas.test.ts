import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "../log.ts";
import { Pool } from "./pool.ts";
import { Replicas } from "./replicas.ts";

// Pools connect when they are first asked for something, and nobody does here.
const log = createLog("test", "error", () => {});
const [one, two, three] = ["one", "two", "three"].map((name) => new Pool(name, "postgres://127.0.0.1:1/x", log)) as [
  Pool,
  Pool,
  Pool,
];

test("replicas take turns", () => {
  const replicas = new Replicas([one, two, three], () => 0);
  const names = Array.from({ length: 6 }, () => replicas.next()?.name);
  assert.deepEqual(names, ["one", "two", "three", "one", "two", "three"]);
});

test("one that failed is passed over for 5 s, and then asked again", () => {
  let now = 0;
  const replicas = new Replicas([one, two], () => now);
  replicas.eject(one);
  assert.deepEqual([replicas.next()?.name, replicas.next()?.name], ["two", "two"]);
  now = 4_999;
  assert.deepEqual([replicas.next()?.name, replicas.next()?.name], ["two", "two"]);
  now = 5_000;
  assert.deepEqual(new Set([replicas.next()?.name, replicas.next()?.name]), new Set(["one", "two"]));
});

test("without a usable replica there is none", () => {
  assert.equal(new Replicas([], () => 0).next(), undefined);
  const replicas = new Replicas([one], () => 0);
  replicas.eject(one);
  assert.equal(replicas.next(), undefined);
});
