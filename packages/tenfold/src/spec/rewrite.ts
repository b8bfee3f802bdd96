import type { z } from "zod";
import type { Path } from "./path.ts";
import { isList, isMap, type Plain } from "./plain.ts";
import { optionFor, shapeOf, traitsOf } from "./shape.ts";
import type { Traits } from "./traits.ts";

type Schema = z.core.$ZodType;

/** Where a single value stands: the schema of all that is possible there, and how its text is treated. */
export interface Place {
  readonly path: Path;
  readonly schema: Schema;
  readonly traits: Traits;
}

export type Visit = (value: string | number | boolean | null, place: Place) => Plain;

/** Keys that users may add for themselves, wherever the schema has fixed keys. */
function isExtension(key: string): boolean {
  return key.startsWith("x-");
}

function rewriteAt(value: Plain, place: Place, visit: Visit): Plain {
  const shape = shapeOf(place.schema);
  const step = (member: Plain, key: string | number, schema: Schema | undefined): Plain =>
    schema === undefined
      ? member
      : rewriteAt(
          member,
          { path: [...place.path, key], schema, traits: { ...place.traits, ...traitsOf(schema) } },
          visit,
        );
  if (shape.kind === "union") {
    const option = optionFor(shape.options, value);
    if (option === undefined) return isMap(value) || isList(value) ? value : visit(value, place);
    const traits = { ...place.traits, ...traitsOf(option) };
    if (isMap(value) || isList(value) || shapeOf(option).kind === "union")
      return rewriteAt(value, { ...place, schema: option, traits }, (single, inner) =>
        visit(single, inner.path.length === place.path.length ? { ...inner, schema: place.schema } : inner),
      );
    return visit(value, { ...place, traits });
  }
  if (isMap(value)) {
    if (shape.kind !== "object" && shape.kind !== "record") return value;
    const kept = Object.entries(value).filter(([key]) => shape.kind === "record" || !isExtension(key));
    return Object.fromEntries(
      kept.map(([key, member]) => {
        if (shape.kind === "record") return [key, step(member, key, shape.value)];
        return [key, step(member, key, Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined)];
      }),
    );
  }
  if (isList(value)) return shape.kind === "list" ? value.map((item, at) => step(item, at, shape.item)) : value;
  return visit(value, place);
}

/**
 * The value with each single value of a known place replaced by what `visit` makes of it, and without `x-` keys.
 * Names that users choose, of workers and variables, are no such keys.
 */
export function rewrite(value: Plain, schema: Schema, visit: Visit): Plain {
  return rewriteAt(value, { path: [], schema, traits: traitsOf(schema) }, visit);
}

export function withoutExtensions(value: Plain, schema: Schema): Plain {
  return rewrite(value, schema, (single) => single);
}
