import type { z } from "zod";
import { expectation } from "../../packages/tenfold/src/spec/expectation.ts";
import {
  defaultOf,
  descriptionOf,
  isOptional,
  type Shape,
  shapeOf,
  traitsOf,
} from "../../packages/tenfold/src/spec/shape.ts";
import { fleetFile } from "../../packages/tenfold/src/spec/spec.ts";

type Schema = z.core.$ZodType;

/** Divides what is written by hand, above, from what is generated, below. */
export const MARK = "<!-- What follows is written by scripts/generate.ts from the schemas: edit those. -->";

/** Map forms of a value: most have one, a database or Redis has two. */
function formsOf(schema: Schema): (Shape & { kind: "object" })[] {
  const shape = shapeOf(schema);
  if (shape.kind === "object") return [shape];
  if (shape.kind === "union") return shape.options.flatMap(formsOf);
  return shape.kind === "record" ? formsOf(shape.value) : [];
}

/** What holds the map forms: a worker's name stands between `workers` and its keys. */
function pathOf(path: string, schema: Schema): string {
  const shape = shapeOf(schema);
  return shape.kind === "record" && formsOf(shape.value).length > 0 ? `${path}.NAME` : path;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function showDefault(schema: Schema): string {
  const value = defaultOf(schema);
  if (value === undefined) return isOptional(schema) ? "" : "required";
  if (typeof value === "object" && value !== null && Object.keys(value).length === 0) return "";
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function table(shape: Shape & { kind: "object" }, path: string): string[] {
  const rows = Object.entries(shape.fields).map(([key, field]) => {
    const type = cell(expectation(field));
    return `| \`${path === "" ? key : `${path}.${key}`}\` | ${type} | ${showDefault(field)} | ${cell(descriptionOf(field) ?? "")} |`;
  });
  return ["| key | value | default | what it is |", "|---|---|---|---|", ...rows, ""];
}

/** The tables of a map, and below it of the maps within it. */
function tables(shape: Shape & { kind: "object" }, path: string): string[] {
  const inner = Object.entries(shape.fields).flatMap(([key, field]) => {
    const at = `${path}.${key}`;
    const below = pathOf(at, field);
    return formsOf(field).flatMap((form) => ["", `\`${at}\` as a map:`, "", ...tables(form, below)]);
  });
  return [...table(shape, path), ...inner];
}

/** Sections in the order in which people need them, with the folder of the example. */
const SECTIONS: readonly { readonly key: string; readonly example: string | null }[] = [
  { key: "web", example: "web" },
  { key: "workers", example: "workers" },
  { key: "scheduler", example: "scheduler" },
  { key: "balancer", example: "balancer" },
  { key: "postgres", example: "postgres" },
  { key: "redis", example: "redis" },
  { key: "cache", example: null },
  { key: "deploy", example: "deploy" },
  { key: "backups", example: "backups" },
  { key: "logs", example: "logs" },
  { key: "monitoring", example: "monitoring" },
];

function code(text: string): string[] {
  return ["```yaml", text.trimEnd(), "```", ""];
}

function section(key: string, field: Schema, example: string | undefined): string[] {
  const forms = formsOf(field);
  const lines = [`## \`${key}\``, "", descriptionOf(field) ?? "", ""];
  if (example !== undefined) lines.push(...code(example));
  for (const form of forms) {
    const { form: name } = traitsOf(form.schema);
    if (forms.length > 1 && name !== undefined) lines.push(`As a map, for ${name}:`, "");
    lines.push(...tables(form, pathOf(key, field)));
  }
  return lines;
}

/** The generated part of docs/reference/file.md. `examples` is by folder; the whole file's is under the empty name. */
export function referenceSource(examples: ReadonlyMap<string, string>): string {
  const root = shapeOf(fleetFile);
  if (root.kind !== "object") throw new Error("the schema of the file is no object");
  const listed = new Set(SECTIONS.map(({ key }) => key));
  const lines = [MARK, "", "## The whole file", "", ...code(examples.get("") ?? ""), ...table(root, "")];
  for (const key of Object.keys(root.fields)) {
    const field = root.fields[key];
    if (field !== undefined && formsOf(field).length > 0 && !listed.has(key))
      throw new Error(`scripts/generate/reference.ts has no section for ${key}`);
  }
  for (const { key, example } of SECTIONS) {
    const field = root.fields[key];
    if (field === undefined) throw new Error(`there is no key ${key} any more`);
    lines.push(...section(key, field, example === null ? undefined : examples.get(example)));
  }
  return `${lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trimEnd()}\n`;
}
