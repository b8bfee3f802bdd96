import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { z } from "zod";
import { generate, readExamples } from "../../../../scripts/generate.ts";
import { fleetJsonSchema, type JsonSchema } from "./json-schema.ts";
import { parseSpec } from "./parse.ts";
import { shapeOf } from "./shape.ts";
import { fleetFile } from "./spec.ts";

test("the JSON Schema, the types and the reference are fresh", async () => {
  for (const [path, expected] of await generate()) {
    const name = relative(process.cwd(), path);
    assert.equal(
      await readFile(path, "utf8"),
      expected,
      `${name} is stale: run node --conditions=source scripts/generate.ts`,
    );
  }
});

test("every noun has an example, which parses", async () => {
  const examples = await readExamples();
  const root = shapeOf(fleetFile);
  assert.ok(root.kind === "object");
  assert.deepEqual([...examples.keys()].sort(), [
    "",
    "backups",
    "balancer",
    "deploy",
    "logs",
    "monitoring",
    "postgres",
    "redis",
    "scheduler",
    "web",
    "workers",
  ]);
  for (const [folder, text] of examples) {
    const result = parseSpec(parse(text), "shop");
    assert.ok(result.ok, `${folder}: ${JSON.stringify(result)}`);
  }
});

function visit(node: unknown, look: (node: JsonSchema) => void): void {
  if (typeof node !== "object" || node === null) return;
  if (!Array.isArray(node)) look(node as JsonSchema);
  for (const member of Object.values(node)) visit(member, look);
}

test("every key in the JSON Schema is described, and every map with fixed keys takes x- keys", () => {
  let maps = 0;
  visit(fleetJsonSchema(), (node) => {
    if (node.type !== "object" || typeof node.properties !== "object" || node.properties === null) return;
    maps += 1;
    assert.equal(node.additionalProperties, false);
    assert.ok(typeof node.patternProperties === "object" && node.patternProperties !== null);
    assert.deepEqual(Object.keys(node.patternProperties), ["^x-"]);
    for (const [key, field] of Object.entries(node.properties))
      assert.ok(field.description, `${key} has no description`);
  });
  assert.ok(maps > 12, `only ${maps} maps were looked at`);
});

test("an editor accepts what Tenfold accepts", async () => {
  const schema = z.fromJSONSchema(fleetJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  const values: unknown[] = [...(await readExamples()).values()].map((text) => parse(text));
  values.push(
    { web: "x", "x-a": 1 },
    { web: ["node", "a.js"], balancer: "nginx", postgres: true, redis: false, cache: true },
    {
      web: { command: "x", instances: "${N}", sticky: "${S:-cookie}", health: "${H}" },
      balancer: { gzip: "${G}", port: "${P}" },
    },
    { $schema: "https://example.com", web: "x", postgres: { url: "${DATABASE}", readUrls: ["postgres://h/d"] } },
  );
  for (const value of values) {
    const result = schema.safeParse(value);
    assert.ok(result.success, `${JSON.stringify(value)}: ${result.error?.message}`);
  }
});

test("an editor refuses what Tenfold refuses", () => {
  const schema = z.fromJSONSchema(fleetJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  for (const value of [
    {},
    { web: "x", wob: 1 },
    { web: { command: "x", instances: "three" } },
    { web: { command: "x", instances: 0 } },
    { web: "x", balancer: { engine: "ngnix" } },
    { web: "x", postgres: { url: "postgres://h/d", replicas: 2 } },
  ])
    assert.ok(!schema.safeParse(value).success, JSON.stringify(value));
});
