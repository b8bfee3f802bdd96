import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSpec } from "../parse.ts";

const BOUNDS = { min: 1, max: 4 };

function said(file: Record<string, unknown>): string[] {
  const result = parseSpec({ web: "x", ...file }, "shop");
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
}

function ofWeb(scale: Record<string, unknown>, more: Record<string, unknown> = {}, file = {}): string[] {
  return said({ web: { command: "x", instances: BOUNDS, scale, ...more }, ...file });
}

function ofWorker(scale: Record<string, unknown>, file: Record<string, unknown> = { redis: true }): string[] {
  return said({ workers: { w: { command: "x", instances: BOUNDS, scale } }, ...file });
}

test("rules are about what there is: the web tier has no age, a worker its queue only", () => {
  assert.deepEqual(ofWeb({ rules: ["cpu > 70%", "rps > 50", "p95 > 1s", "errors > 5%", "queue > 9"] }), []);
  assert.deepEqual(ofWeb({ rules: ["cpu > 70%", "age > 30s"] }), [
    "web.scale.rules[1]: is age > 30s: +1; the web tier has no age: its rules are about cpu, memory, queue, p95, errors, rps",
  ]);
  for (const metric of ["cpu > 70%", "p95 > 1s", "rps > 50", "errors > 5%", "memory > 80%"]) {
    const [found = "", ...more] = ofWorker({ library: "bullmq", rules: [metric] });
    assert.match(found, /^workers\.w\.scale\.rules\[0\]: is .*; a worker has no \w+: its rules are about queue, age$/);
    assert.deepEqual(more, []);
  }
});

test("a share of the memory needs a limit of it", () => {
  assert.deepEqual(ofWeb({ rules: ["memory > 80%"] }, { memory: "512mb" }), []);
  assert.deepEqual(ofWeb({ rules: ["memory > 80%"] }), [
    "web.scale.rules[0]: is memory > 80%: +1; that is a share of web.memory, which says nothing; write for example memory: 512mb",
  ]);
  assert.match(ofWeb({ rules: ["memory > 80%"] }, { memory: "lots" }).join(), /^web\.memory: is "lots"[^:]*$/);
});

test("rules about a queue need somebody who knows it", () => {
  assert.match(
    ofWorker({ rules: ["queue > 100: +2"] }).join(),
    /^workers\.w\.scale\.rules\[0\]: is queue > 100: \+2; nobody tells how long the queue is: name its library in workers\.w\.scale\.library/,
  );
  assert.deepEqual(ofWorker({ command: "count", rules: ["queue > 100", "age > 30s"] }), []);
  assert.deepEqual(ofWorker({ library: "bullmq", rules: ["age > 30s"] }), []);
  for (const library of ["celery", "list"])
    assert.match(ofWorker({ library, rules: ["age > 30s"] }).join(), new RegExp(`library, ${library}, does not tell`));
  const prometheus = { url: "http://h", depth: "d" };
  assert.match(
    ofWorker({ prometheus, rules: ["age > 30s"] }).join(),
    /give the query workers\.w\.scale\.prometheus\.oldest$/,
  );
  assert.deepEqual(ofWorker({ prometheus: { ...prometheus, oldest: "o" }, rules: ["age > 30s"] }), []);
  assert.match(
    ofWorker({ library: "bulmq", rules: ["queue > 9"] }).join(),
    /^workers\.w\.scale\.library: is "bulmq"[^:]*$/,
  );
});

test("a queue is where it can be read", () => {
  assert.deepEqual(ofWorker({ library: "bullmq" }, {}), [
    "workers.w.scale.library: is bullmq, whose queue is looked for in the fleet's own Redis, and there is no redis; write redis: true, or give a command",
  ]);
  assert.match(
    ofWorker({ library: "rq" }, { redis: { url: "redis://h" } }).join(),
    /redis is one that somebody else runs; give a command or prometheus instead$/,
  );
  const prometheus = { depth: "d" };
  assert.deepEqual(ofWorker({ prometheus }), [
    "workers.w.scale.prometheus.url: is missing, and the fleet runs no Prometheus of its own; give a URL, or write monitoring: true",
  ]);
  assert.deepEqual(ofWorker({ prometheus }, { monitoring: true }), []);
});

test("a schedule asks for no more than the bounds allow", () => {
  assert.deepEqual(ofWeb({ schedules: ["daily 08:00-18:00: min 4", "daily 00:00-06:00: max 1"] }), []);
  assert.deepEqual(ofWeb({ schedules: ["daily 08:00-18:00: min 5"] }), [
    "web.scale.schedules[0]: is daily 08:00-18:00 UTC: min 5; web.instances.max is 4: make that 5 or more, or this 4 or less",
  ]);
  assert.match(
    ofWorker({ command: "x", schedules: ["daily 08:00-18:00: max 9"] }).join(),
    /workers\.w\.instances\.max is 4/,
  );
  assert.match(ofWeb({ schedules: ["daily 00:00-06:00: max 0"] }).join(), /the web tier has at least one instance$/);
  assert.deepEqual(ofWorker({ command: "x", schedules: ["daily 00:00-06:00: max 0"] }), []);
});

test("rules of the web tier need a balancer that counts", () => {
  assert.match(
    ofWeb({ rules: ["p95 > 1s"] }, {}, { balancer: "nginx" }).join(),
    /^web\.scale\.rules: would never apply: nginx counts .* make balancer\.engine haproxy/,
  );
});
