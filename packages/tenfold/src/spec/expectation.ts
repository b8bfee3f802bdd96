import { z } from "zod";
import { defaultOf, isOptional, shapeOf, traitsOf } from "./shape.ts";

type Schema = z.core.$ZodType;

/** `a, b or c`; `a, such as x or y, or b` where the parts are long. */
export function oneOf(list: readonly string[]): string {
  if (list.length < 2) return list.join("");
  const isLong = list.some((one) => / or |, (?![^{]*\})/.test(one));
  return `${list.slice(0, -1).join(", ")}${isLong ? "," : ""} or ${list.at(-1)}`;
}

function ofNumber(schema: z.ZodNumber): string {
  const what = schema.isInt ? "a whole number" : "a number";
  const { minValue: min, maxValue: max } = schema;
  const low = min !== null && min > Number.MIN_SAFE_INTEGER ? min : null;
  const high = max !== null && max < Number.MAX_SAFE_INTEGER ? max : null;
  if (low !== null && high !== null) return `${what} from ${low} to ${high}`;
  if (low !== null) return `${what}, at least ${low}`;
  return high === null ? what : `${what}, at most ${high}`;
}

/** The names and literals that a schema chooses among; empty when it is no choice. */
export function choicesOf(schema: Schema): string[] {
  const shape = shapeOf(schema);
  if (shape.kind === "union") return shape.options.flatMap(choicesOf);
  if (shape.schema instanceof z.ZodEnum) return shape.schema.options.map(String);
  if (shape.schema instanceof z.ZodLiteral) return [...shape.schema.def.values].map(String);
  return [];
}

function ofObject(fields: Readonly<Record<string, Schema>>): string {
  const names = Object.keys(fields);
  const required = names.filter((name) => {
    const field = fields[name];
    return field !== undefined && !isOptional(field) && defaultOf(field) === undefined;
  });
  const shown = required.length > 0 ? required : names.slice(0, 2);
  return `{${[...shown, ...(shown.length < names.length ? ["..."] : [])].join(", ")}}`;
}

/** Names of choices come before what is described, and `false` comes last. */
function alternatives(schema: Schema): string[] {
  const { expects } = traitsOf(schema);
  if (expects !== undefined) return [expects];
  const shape = shapeOf(schema);
  switch (shape.kind) {
    case "union": {
      const all = shape.options.flatMap(alternatives);
      return [...new Set(all.filter((one) => one !== "false")), ...(all.includes("false") ? ["false"] : [])];
    }
    case "object":
      return [ofObject(shape.fields)];
    case "record":
      return ["a map"];
    case "list":
      return [`a list, each item of it ${expectation(shape.item)}`];
    case "leaf": {
      const choices = choicesOf(shape.schema);
      if (choices.length > 0) return choices;
      if (shape.schema instanceof z.ZodNumber) return [ofNumber(shape.schema)];
      if (shape.schema instanceof z.ZodBoolean) return ["true", "false"];
      return ["text"];
    }
    default:
      return shape satisfies never;
  }
}

/** What a value must be: finishes the sentence "it must be ...". */
export function expectation(schema: Schema): string {
  return oneOf(alternatives(schema));
}

export type Kind = "text" | "number" | "boolean" | "list" | "map" | "nothing";

/** The kinds of value that a schema takes. */
export function kindsOf(schema: Schema): ReadonlySet<Kind> {
  const shape = shapeOf(schema);
  switch (shape.kind) {
    case "union":
      return new Set(shape.options.flatMap((option) => [...kindsOf(option)]));
    case "object":
    case "record":
      return new Set(["map"]);
    case "list":
      return new Set(["list"]);
    case "leaf": {
      const { schema: leaf } = shape;
      if (leaf instanceof z.ZodNumber) return new Set(["number"]);
      if (leaf instanceof z.ZodBoolean) return new Set(["boolean"]);
      if (leaf instanceof z.ZodLiteral)
        return new Set([...leaf.def.values].map((value) => (typeof value === "boolean" ? "boolean" : "text")));
      return new Set(["text"]);
    }
    default:
      return shape satisfies never;
  }
}
