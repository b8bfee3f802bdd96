import type { JsonSchema } from "../../packages/tenfold/src/spec/json-schema.ts";

const HEAD = "// Written by scripts/generate.ts from the schemas of this folder. Do not edit.";

function isObject(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nodesOf(value: unknown): JsonSchema[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** `#/definitions/Web` is `WebInput`. References to variables are for files, not for programs. */
function nameOf(reference: string): string | undefined {
  const name = reference.split("/").at(-1) ?? "";
  return name === "Reference" ? undefined : `${name}Input`;
}

function singleType(type: string): string {
  return type === "integer" ? "number" : type;
}

function typesOf(node: JsonSchema): string[] {
  if (typeof node.$ref === "string") return [nameOf(node.$ref)].filter((name) => name !== undefined);
  if (Array.isArray(node.anyOf)) return nodesOf(node.anyOf).flatMap(typesOf);
  if (Array.isArray(node.allOf)) return nodesOf(node.allOf).flatMap(typesOf);
  if ("const" in node) return [JSON.stringify(node.const)];
  if (Array.isArray(node.enum)) return node.enum.map((value) => JSON.stringify(value));
  if (Array.isArray(node.type)) return node.type.map((type) => singleType(String(type)));
  if (node.type === "array" && isObject(node.items)) return [`readonly ${inBrackets(typesOf(node.items))}[]`];
  if (node.type === "object" && isObject(node.additionalProperties))
    return [`Readonly<Record<string, ${union(typesOf(node.additionalProperties))}>>`];
  if (typeof node.type === "string") return [singleType(node.type)];
  throw new Error(`no TypeScript type is known for ${JSON.stringify(node)}`);
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(" | ");
}

function inBrackets(types: readonly string[]): string {
  return new Set(types).size > 1 ? `(${union(types)})` : union(types);
}

function describe(node: JsonSchema): string {
  const about = typeof node.description === "string" ? node.description : "";
  const { default: fallback } = node;
  const isShown = fallback !== undefined && !(isObject(fallback) && Object.keys(fallback).length === 0);
  return isShown ? `${about} @default ${JSON.stringify(fallback)}` : about;
}

function interfaceOf(name: string, node: JsonSchema, about: string): string[] {
  const properties = isObject(node.properties) ? node.properties : {};
  const required = new Set(Array.isArray(node.required) ? node.required : []);
  const members = Object.entries(properties).flatMap(([key, field]) => {
    if (!isObject(field) || key === "$schema") return [];
    const type = union(typesOf(field));
    const member = required.has(key) ? `${key}: ${type};` : `${key}?: ${type} | undefined;`;
    return [`  /** ${describe(field)} */`, `  ${member}`];
  });
  return [`/** ${about} */`, `export interface ${name} {`, ...members, "  [key: `x-${string}`]: unknown;", "}", ""];
}

const ABOUT: Readonly<Record<string, string>> = {
  Bounds: "The bounds between which a number of processes moves.",
  Web: "The web tier: identical, stateless instances behind the balancer.",
  Health: "How an instance shows that it can serve.",
  Worker: "Processes that take jobs from one queue.",
  Scheduler: "The one process that enqueues work by the clock.",
  Balancer: "The edge: the one address that visitors use.",
  TlsFiles: "A certificate of your own.",
  Timeouts: "How long things may take at the edge.",
  LocalPostgres: "A primary and its streaming replicas, run by Tenfold.",
  ManagedPostgres: "A database that somebody else runs.",
  WebScaling: "How the number of web instances moves between its bounds.",
  QueueQueries: "Queries of a Prometheus that knows a queue.",
  WorkerBounds: "The bounds between which the number of workers moves.",
  WorkerScaling: "How the number of workers of a queue moves between its bounds.",
  Pool: "PgBouncer, in transaction mode.",
  LocalRedis: "The durable Redis: sessions, queues, limits. Append-only file, never evicts.",
  ManagedRedis: "A Redis that somebody else runs.",
  Cache: "A second Redis: evicts the least used, keeps nothing on disk.",
  Deploy: "How a new release comes.",
  Backups: "When copies of the data are made, where they are kept, and for how long.",
  ObjectStore: "Where a store that speaks S3 is, and who asks.",
  Logs: "How much of each member's output is kept.",
  Monitoring: "A Prometheus that reads the fleet's figures.",
  Alerts: "What is an alert, and who is told.",
  AlertRules: "Other limits than the default ones, by rule.",
  AlertRule: "When an alert is raised.",
  AlertThreshold: "When an alert is raised, and by which figure.",
  Webhook: "A URL that alerts are posted to.",
  Slack: "A channel of Slack.",
  PagerDuty: "A service of PagerDuty.",
  Opsgenie: "A team of Opsgenie.",
  MailReceiver: "Somebody who gets a mail.",
  Mail: "A mail, and the server that sends it.",
};

/** The types of what a `tenfold.config.ts` exports. */
export function fleetInputSource(schema: JsonSchema): string {
  const definitions = isObject(schema.definitions) ? schema.definitions : {};
  const lines = [HEAD, "", ...interfaceOf("FleetInput", schema, "A fleet, as a `tenfold.config.ts` exports it.")];
  for (const [name, node] of Object.entries(definitions)) {
    if (!isObject(node) || name === "Reference") continue;
    const about = ABOUT[name];
    if (about === undefined) throw new Error(`scripts/generate/fleet-input.ts does not say what ${name} is`);
    lines.push(...interfaceOf(`${name}Input`, node, about));
  }
  return lines.join("\n");
}
