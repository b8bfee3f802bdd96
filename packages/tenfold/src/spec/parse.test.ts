import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSpec } from "./parse.ts";
import type { Spec } from "./spec.ts";

/** The specification of a value that must be right. */
function specOf(value: unknown, directory = "shop"): Spec {
  const result = parseSpec(value, directory);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

/** `path: message` of each problem of a value that must be wrong. */
function problemsOf(value: unknown): string[] {
  const result = parseSpec(value, "shop");
  assert.ok(!result.ok, "nothing is wrong");
  return result.problems.map(({ path, message }) => `${path}: ${message}`);
}

/** What is said about `balancer`, `postgres` and so on, in a file that is right but for that. */
function saidOf(part: Record<string, unknown>): string[] {
  return problemsOf({ web: "node server.js", ...part });
}

test("a file with only web.command has every default", () => {
  const spec = specOf({ web: { command: "node server.js" } });
  assert.equal(spec.name, "shop");
  assert.deepEqual(spec.web.instances, { min: 3, max: 3 });
  assert.deepEqual(spec.web.health, { path: "/", strict: false, interval: 2_000, timeout: 5_000, start: 60_000 });
  assert.equal(spec.web.drain, 30_000);
  assert.equal(spec.balancer.engine, "haproxy");
  assert.equal(spec.balancer.port, null);
  assert.equal(spec.postgres, false);
  assert.equal(spec.redis, false);
  assert.equal(spec.cache, false);
  assert.deepEqual(spec.workers, {});
});

test("a command stands for the map with that command", () => {
  const spec = specOf({
    web: "node a.js",
    workers: { mail: "node m.js", pdf: ["node", "p.js"] },
    scheduler: "node c.js",
  });
  assert.deepEqual(spec.web, specOf({ web: { command: "node a.js" } }).web);
  assert.equal(spec.workers.mail?.command, "node m.js");
  assert.equal(spec.workers.mail?.queue, "mail");
  assert.deepEqual(spec.workers.pdf?.command, ["node", "p.js"]);
  assert.ok(spec.scheduler !== false);
  assert.equal(spec.scheduler.command, "node c.js");
});

test("other short forms stand for what they say", () => {
  const spec = specOf({
    web: { command: "x", health: "/up", instances: 2 },
    balancer: "nginx",
    postgres: true,
    redis: true,
  });
  assert.deepEqual(
    { ...spec.web.health },
    { path: "/up", strict: true, interval: 2_000, timeout: 5_000, start: 60_000 },
  );
  assert.deepEqual(spec.web.instances, { min: 2, max: 2 });
  assert.equal(spec.balancer.engine, "nginx");
  assert.ok(spec.postgres !== false && spec.postgres.kind === "local" && spec.postgres.replicas === 2);
  assert.ok(spec.redis !== false && spec.redis.kind === "local" && spec.redis.sentinels === 3);
  assert.ok(spec.cache !== false, "a local redis brings the cache");
});

test("a health check is strict only when its path is named", () => {
  assert.equal(specOf({ web: { command: "x", health: { interval: "1s" } } }).web.health.strict, false);
  assert.equal(specOf({ web: { command: "x", health: { path: "/" } } }).web.health.strict, true);
});

test("units are read in the forms that people write", () => {
  const { web, logs } = specOf({
    web: { command: "x", grace: 5, drain: "1h30m", memory: "512mb", health: { interval: "250ms" } },
    logs: { maxSize: 1_048_576 },
  });
  assert.equal(web.grace, 5_000);
  assert.equal(web.drain, 5_400_000);
  assert.equal(web.memory, 512 * 1024 ** 2);
  assert.equal(web.health.interval, 250);
  assert.equal(logs.maxSize, 1024 ** 2);
});

test("x- keys are allowed wherever keys are fixed, and change nothing", () => {
  const plain = { web: { command: "x", health: { path: "/up" } }, postgres: { pool: { size: 5 } } };
  const extended = {
    "x-owner": { team: ["a"] },
    web: { command: "x", "x-note": 1, health: { path: "/up", "x-a": null } },
    postgres: { "x-b": 1, pool: { size: 5, "x-c": [] } },
  };
  assert.deepEqual(specOf(extended), specOf(plain));
});

test("x- is no free pass among names that users choose", () => {
  assert.deepEqual(saidOf({ env: { "x-a": "1" } }), [
    "env.x-a: is no possible name; it must be letters, digits and _, and not start with a digit",
  ]);
  assert.equal(specOf({ web: "x", workers: { "x-ray": "node x.js" } }).workers["x-ray"]?.command, "node x.js");
});

test("values of env become text and keep their references", () => {
  const { env } = specOf({ web: "x", env: { A: 1, B: true, C: "${SECRET}", D: "" } });
  assert.deepEqual(env, { A: "1", B: "true", C: "${SECRET}", D: "" });
});

test("all problems come back at once, those between fields too", () => {
  const said = problemsOf({
    web: { command: "node server.js", helth: "/up", instances: { min: 5, max: 2 }, sticky: "cooky" },
    redis: { sentinels: 2 },
    workers: { reports: { command: "x", instances: 0 } },
    name: 7,
  });
  assert.deepEqual(
    said.map((line) => line.split(":")[0]),
    ["name", "web.helth", "web.sticky", "workers.reports.instances", "web.instances.max", "redis.sentinels"],
  );
});

test("an unknown key names the known one that was meant", () => {
  assert.deepEqual(problemsOf({ web: { comand: "x", command: "y" } }), [
    "web.comand: is not a known key; did you mean command?",
  ]);
  assert.deepEqual(problemsOf({ Web: "x" }), ["Web: is not a known key; did you mean web?"]);
  assert.deepEqual(saidOf({ database: true }), ["database: is not a known key; did you mean postgres?"]);
  assert.deepEqual(saidOf({ balancer: { rate_limit: "1/s" } }), [
    "balancer.rate_limit: is not a known key; did you mean rateLimit?",
  ]);
  assert.deepEqual(saidOf({ sticky: "cookie" }), ["sticky: is not a known key here; did you mean web.sticky?"]);
  assert.deepEqual(saidOf({ postgres: { ulr: "x" } }), ["postgres.ulr: is not a known key; did you mean url?"]);
});

test("an unknown key that resembles nothing lists the known ones", () => {
  const [said = ""] = saidOf({ logs: { zzz: 1 } });
  assert.equal(
    said,
    "logs.zzz: is not a known key; the known ones here are maxSize, keep (and any that starts with x-)",
  );
});

test("a wrong type says what was found and what would be right", () => {
  const of = (instances: unknown): string[] => problemsOf({ web: { command: "x", instances } });
  const right = "it must be a whole number from 1 to 1000 or {min, max}";
  assert.deepEqual(of("three"), [`web.instances: is "three" (text); ${right}`]);
  assert.deepEqual(of("3"), [`web.instances: is "3" (text); ${right}; write 3 without quotes`]);
  assert.deepEqual(of(true), [`web.instances: is true (a boolean); ${right}`]);
  assert.deepEqual(of([3]), [`web.instances: is a list; ${right}`]);
  assert.deepEqual(of(null), [`web.instances: is empty; ${right}, or the key must go`]);
  assert.deepEqual(of(0), [`web.instances: is 0; ${right}`]);
  assert.deepEqual(of(-1), [`web.instances: is -1; ${right}`]);
  assert.deepEqual(of(2.5), [`web.instances: is 2.5; ${right}`]);
  assert.deepEqual(of(Number.NaN), [`web.instances: is NaN; ${right}`]);
  assert.deepEqual(of({ min: 1 }), ["web.instances.max: is missing; it must be a whole number from 1 to 1000"]);
});

test("a choice lists the choices and the nearest", () => {
  assert.deepEqual(saidOf({ balancer: { engine: "ngnix" } }), [
    'balancer.engine: is "ngnix"; it must be haproxy or nginx; did you mean nginx?',
  ]);
  assert.deepEqual(saidOf({ balancer: { tls: "selfsigned" } }), [
    'balancer.tls: is "selfsigned"; it must be self-signed, {certificate, key} or false; did you mean self-signed?',
  ]);
});

test("nearly right values are told what to write", () => {
  assert.match(
    saidOf({ balancer: { gzip: "yes" } })[0] ?? "",
    /is "yes" \(text\); it must be true or false; write true$/,
  );
  assert.match(problemsOf({ web: { command: "x", grace: "10 minutes" } })[0] ?? "", /did you mean 10m\?$/);
  assert.match(problemsOf({ web: { command: "x", memory: 512 } })[0] ?? "", /did you mean 512mb\?$/);
  assert.match(
    problemsOf({ web: ["node", 3] })[0] ?? "",
    /^web\[1\]: is 3 \(a number\); it must be text; write "3" with quotes$/,
  );
});

test("a union speaks of the form that was evidently meant", () => {
  assert.deepEqual(saidOf({ postgres: { url: "postgres://h/d", replicas: 2 } }), [
    "postgres.replicas: does not go with url: it is for a database that Tenfold runs, url is for a database that somebody else runs; remove one of the two",
  ]);
  assert.deepEqual(saidOf({ postgres: { replicas: "2" } }), [
    'postgres.replicas: is "2" (text); it must be a whole number from 0 to 8; write 2 without quotes',
  ]);
  assert.match(saidOf({ postgres: { readUrls: [] } })[0] ?? "", /^postgres\.url: is missing/);
  assert.match(saidOf({ balancer: { tls: { certificate: "a" } } })[0] ?? "", /^balancer\.tls\.key: is missing/);
});

test("passwords in URLs are not shown", () => {
  for (const value of [{ postgres: { url: "mysql://me:hunter2@h/d" } }, { balancer: { host: "http://me:hunter2@h" } }])
    assert.doesNotMatch(saidOf(value).join(), /hunter2/);
});

test("a file that is no map says so", () => {
  assert.match(problemsOf(null)[0] ?? "", /^: is empty; it must be a map with web at least/);
  assert.match(problemsOf([])[0] ?? "", /^: is a list at the top/);
  assert.match(problemsOf("web")[0] ?? "", /^: is only a string at the top/);
});

test("names that would break what they name are refused", () => {
  for (const name of ["Shop", "1shop", "my shop", "", "a".repeat(41), "shop\n"])
    assert.match(saidOf({ name })[0] ?? "", /^name: is /, name);
  for (const worker of ["Mail", "mail_2", "1", "a".repeat(32)])
    assert.match(saidOf({ workers: { [worker]: "x" } })[0] ?? "", /is no possible name/, worker);
});

test("prototype keys are data, or refused, and never pollute", () => {
  const value: unknown = JSON.parse(
    '{"web":"x","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  );
  assert.deepEqual(
    problemsOf(value).map((line) => line.slice(0, 30)),
    ["__proto__: is not possible as ", "constructor: is not a known ke"],
  );
  assert.equal(Reflect.get({}, "polluted"), undefined);
  const workers = new Map(Object.entries(specOf({ web: "x", workers: { constructor: "y" } }).workers));
  assert.equal(workers.get("constructor")?.command, "y");
});

test("what a program can make and no file can hold is refused with its path", () => {
  const cyclic: Record<string, unknown> = { command: "x" };
  cyclic.env = cyclic;
  assert.deepEqual(problemsOf({ web: cyclic }), ["web.env: contains itself"]);
  assert.match(problemsOf({ web: () => "x" })[0] ?? "", /^web: is a function, which no file can hold$/);
  assert.match(problemsOf({ web: new Date(0) })[0] ?? "", /^web: is an object of class Date; it must be plain data/);
  const getter = Object.defineProperty({}, "command", {
    enumerable: true,
    get: () => {
      throw new Error("no");
    },
  });
  assert.deepEqual(problemsOf({ web: getter }), ["web.command: throws when it is read: no"]);
});

test("undefined is absent, as in TypeScript", () => {
  assert.deepEqual(
    specOf({ web: { command: "x", health: undefined }, postgres: undefined }),
    specOf({ web: { command: "x" } }),
  );
});

test("thousands of problems are cut, in time", () => {
  const many = Object.fromEntries(Array.from({ length: 15_000 }, (_, at) => [`key${at}`, at]));
  const said = problemsOf({ web: "x", ...many });
  assert.equal(said.length, 201);
  assert.equal(said.at(-1), ": has more problems, which are not shown");
});
