import { z } from "zod";
import { fleetFile } from "./spec.ts";

/** Where editors find the schema of the published version. */
export const SCHEMA_ID = "https://unpkg.com/tenfold/schema.json";

/** A node of a JSON Schema, as far as this file is concerned. */
export type JsonSchema = { [key: string]: unknown };

const REFERENCE = "Reference";

function isObject(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether `${NAME}` is accepted at this node already. */
function takesReference(node: JsonSchema): boolean {
  if (Array.isArray(node.anyOf)) return node.anyOf.filter(isObject).some(takesReference);
  const { type, pattern } = node;
  const isText = type === "string" || (Array.isArray(type) && type.includes("string"));
  if (!isText || "enum" in node || "const" in node) return false;
  return typeof pattern !== "string" || new RegExp(pattern, "u").test("${NAME}");
}

/** Whether a single value (no map, no list) is possible at this node. */
function isSingle(node: JsonSchema): boolean {
  if (Array.isArray(node.anyOf)) return node.anyOf.filter(isObject).some(isSingle);
  return ["string", "number", "integer", "boolean"].includes(String(node.type));
}

/** The alternatives of a node, those of unions within it included. */
function flatten(node: unknown): unknown[] {
  return isObject(node) && Array.isArray(node.anyOf) && Object.keys(node).length === 1
    ? node.anyOf.flatMap(flatten)
    : [node];
}

/** `${NAME}` added to a field where only numbers, booleans or choices would be possible. */
function withReference(node: JsonSchema): JsonSchema {
  if (!isSingle(node) || takesReference(node)) return node;
  const { description, default: fallback, anyOf, ...rest } = node;
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [...(Array.isArray(anyOf) ? anyOf : [rest]), { $ref: `#/definitions/${REFERENCE}` }],
  };
}

/** Adds `x-` keys to every object with fixed keys and references to its fields, and takes away what says nothing. */
function adapt(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(adapt);
  if (!isObject(node)) return node;
  const { readOnly, allOf, ...rest } = node;
  if (Array.isArray(allOf) && Object.keys(rest).length === 0 && allOf.length === 1) return adapt(allOf[0]);
  const adapted: JsonSchema = Object.fromEntries(
    Object.entries(allOf === undefined ? rest : { ...rest, allOf }).map(([key, value]) => [key, adapt(value)]),
  );
  if (Array.isArray(adapted.anyOf)) adapted.anyOf = adapted.anyOf.flatMap(flatten);
  const { properties } = adapted;
  if (!isObject(properties) || adapted.type !== "object") return adapted;
  const fields = Object.entries(properties).map(([key, field]) => [
    key,
    isObject(field) ? withReference(field) : field,
  ]);
  return {
    ...adapted,
    properties: Object.fromEntries(fields),
    patternProperties: { "^x-": { description: "Yours; Tenfold does not look at it." } },
  };
}

/** The JSON Schema of a fleet file, for editors. Rules that join fields are not in it. */
export function fleetJsonSchema(): JsonSchema {
  const plain = z.toJSONSchema(fleetFile, { target: "draft-07", io: "input" });
  const { $schema, definitions, ...file } = plain;
  const adapted = adapt({ ...file, definitions });
  if (!isObject(adapted) || !isObject(adapted.definitions)) throw new Error("the schema of the file is no object");
  const { definitions: all, ...rest } = adapted;
  return {
    $schema,
    $id: SCHEMA_ID,
    title: "A fleet for Tenfold",
    ...rest,
    definitions: {
      ...(isObject(all) ? all : {}),
      [REFERENCE]: {
        description: "A variable: ${NAME}, or ${NAME:-default}.",
        type: "string",
        pattern: "\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-.*)?\\}",
      },
    },
  };
}
