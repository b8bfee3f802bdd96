import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { readExamples } from "../../../../scripts/generate.ts";
import { formatSpec, specToFile } from "./format.ts";
import { parseSpec } from "./parse.ts";
import type { Spec } from "./spec.ts";

function specOf(value: unknown): Spec {
  const result = parseSpec(value, "shop");
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

const everything = {
  name: "all",
  web: {
    command: ["node", "a.js"],
    health: "/up",
    instances: { min: 1, max: 9 },
    memory: "1536mb",
    cpu: 0.5,
    concurrency: 7,
    sticky: "ip",
  },
  workers: {
    mail: { command: "node m.js", queue: "letters", env: { A: "${B}" } },
    counted: { command: "node n.js", scale: { command: ["count", "${N}"], dryRun: true } },
    asked: { command: "node o.js", scale: { prometheus: { url: "http://u:${P}@h", depth: "d", oldest: "o" } } },
  },
  scheduler: { command: "node c.js", directory: "clock" },
  release: ["node", "migrate.js"],
  env: { A: "yes", B: "1.10", C: "${X:-y}", D: "line\nbreak", E: "" },
  balancer: {
    engine: "nginx",
    port: 80,
    tls: { certificate: "c.pem", key: "k.pem" },
    rateLimit: "90/1m30s",
    maxBody: 1023,
  },
  postgres: {
    database: "d",
    memory: "2gb",
    settings: { work_mem: "8MB", log_line_prefix: "%m " },
    pool: { wait: "250ms" },
  },
  redis: { url: "rediss://h", cacheUrl: "${CACHE}" },
  cache: false,
  monitoring: {
    interval: "1s",
    scrape: "/metrics",
    alerts: {
      to: [
        { webhook: "https://example.com/${TOKEN}" },
        { slack: "${SLACK}", channel: "#a", only: "critical" },
        { pagerduty: "${KEY}" },
        { opsgenie: "${KEY}", url: "https://api.eu.opsgenie.com/" },
        { mail: { to: "a@b", from: "c@d", server: "h:25", user: "u", password: "${P}", tls: false } },
      ],
      rules: { errors: false, queueDepth: { above: 7.5, for: 0, severity: "critical" } },
      silence: ["sunday 1:00-2:30", "22:00-06:00"],
    },
  },
  user: "app",
};

test("a specification that is written reads back as itself", async () => {
  const examples = [...(await readExamples()).values()].map((text): unknown => parse(text));
  for (const value of [{ web: "x" }, everything, ...examples]) {
    const spec = specOf(value);
    assert.deepEqual(specOf(parse(formatSpec(spec))), spec);
    assert.deepEqual(specOf(JSON.parse(JSON.stringify(specToFile(spec)))), spec);
  }
});

test("it is written in the words of the file, with every default", () => {
  const text = formatSpec(specOf({ web: "node server.js", redis: true }));
  assert.match(text, /^name: shop\nweb:\n {2}command: node server\.js\n {2}directory: \.\n {2}grace: 10s\n/);
  assert.match(text, /\n {2}instances: 3\n {2}health:\n {4}interval: 2s\n/);
  assert.match(text, /\nredis:\n {2}replicas: 1\n {2}sentinels: 3\n {2}memory: 256mb\ncache:\n {2}memory: 128mb\n/);
  assert.doesNotMatch(text, /null|undefined|kind/);
});

test("references of env stay references, and resolved text is not resolved again", () => {
  const file = specToFile(specOf({ web: { command: "echo ${X}", directory: "${odd" }, env: { A: "${SECRET}" } }));
  assert.deepEqual(file.env, { A: "${SECRET}" });
  assert.ok(typeof file.web === "object" && file.web !== null && "directory" in file.web);
  assert.equal(file.web.directory, "$${odd");
  assert.equal(file.web.command, "echo ${X}");
});
