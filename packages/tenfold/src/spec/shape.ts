import { z } from "zod";
import { isList, isMap, type Plain, type PlainMap } from "./plain.ts";
import { type Traits, traits } from "./traits.ts";

type Schema = z.core.$ZodType;

/** A schema without its wrappers: what kind of value it takes. */
export type Shape =
  | { readonly kind: "object"; readonly fields: Readonly<Record<string, Schema>>; readonly schema: Schema }
  | { readonly kind: "record"; readonly key: Schema; readonly value: Schema; readonly schema: Schema }
  | { readonly kind: "list"; readonly item: Schema; readonly schema: Schema }
  | { readonly kind: "union"; readonly options: readonly Schema[]; readonly schema: Schema }
  | { readonly kind: "leaf"; readonly schema: Schema };

/** The schema within a wrapper (a default, a transformation, ...), or `undefined` when it is none. */
function within(schema: Schema): Schema | undefined {
  if (schema instanceof z.ZodPipe) return schema.def.in;
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly
  )
    return schema.def.innerType;
  return undefined;
}

export function shapeOf(outer: Schema): Shape {
  let schema = outer;
  for (let inner = within(schema); inner !== undefined; inner = within(schema)) schema = inner;
  if (schema instanceof z.ZodObject) return { kind: "object", fields: schema.def.shape, schema };
  if (schema instanceof z.ZodRecord)
    return { kind: "record", key: schema.def.keyType, value: schema.def.valueType, schema };
  if (schema instanceof z.ZodArray) return { kind: "list", item: schema.def.element, schema };
  if (schema instanceof z.ZodUnion) return { kind: "union", options: schema.def.options, schema };
  return { kind: "leaf", schema };
}

/** The traits of a schema and of what it wraps; the outer ones win. */
export function traitsOf(schema: Schema): Traits {
  const inner = within(schema);
  return { ...(inner === undefined ? {} : traitsOf(inner)), ...traits.get(schema) };
}

/** The description of a schema or of what it wraps. */
export function descriptionOf(schema: Schema): string | undefined {
  const inner = within(schema);
  return z.globalRegistry.get(schema)?.description ?? (inner === undefined ? undefined : descriptionOf(inner));
}

/** What an absent value becomes, as a user would write it; `undefined` when there is none. */
export function defaultOf(schema: Schema): unknown {
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault) return schema.def.defaultValue;
  const inner = within(schema);
  return inner === undefined ? undefined : defaultOf(inner);
}

export function isOptional(schema: Schema): boolean {
  return schema._zod.optin !== undefined;
}

export function accepts(schema: Schema, value: unknown): boolean {
  return z.core.safeParse(schema, value).success;
}

function fits(schema: Schema, value: Plain): boolean {
  const shape = shapeOf(schema);
  if (shape.kind === "union") return shape.options.some((option) => fits(option, value));
  if (isMap(value)) return shape.kind === "object" || shape.kind === "record";
  if (isList(value)) return shape.kind === "list";
  return shape.kind === "leaf" && accepts(shape.schema, value);
}

function requiredKeys(fields: Readonly<Record<string, Schema>>): string[] {
  return Object.keys(fields).filter((key) => {
    const field = fields[key];
    return field !== undefined && !isOptional(field);
  });
}

/** How evidently a map was meant to be of this form: whether all that is required is there, then the keys it knows. */
function evidence(option: Schema, value: PlainMap): number {
  const shape = shapeOf(option);
  if (shape.kind !== "object") return 0;
  const required = requiredKeys(shape.fields);
  const complete = required.length > 0 && required.every((key) => Object.hasOwn(value, key));
  return (complete ? 1000 : 0) + Object.keys(value).filter((key) => Object.hasOwn(shape.fields, key)).length;
}

/** Of a union's options, the one that a value was evidently meant for; `undefined` when none takes its kind. */
export function optionFor(options: readonly Schema[], value: Plain): Schema | undefined {
  const possible = options.filter((option) => fits(option, value));
  if (!isMap(value)) return possible[0];
  const ranked = possible.map((option) => ({ option, evidence: evidence(option, value) }));
  const best = Math.max(...ranked.map((one) => one.evidence));
  return ranked.find((one) => one.evidence === best)?.option;
}
