import type { z } from "zod";
import { nearest } from "../units/nearest.ts";
import { choicesOf, expectation, kindsOf } from "./expectation.ts";
import { kindOf, showText, showValue, showValueAndKind } from "./found.ts";
import type { Finding, Path } from "./path.ts";
import { isList, isMap, type Plain, type PlainMap } from "./plain.ts";
import { raisedBy } from "./raised.ts";
import { accepts, isOptional, optionFor, type Shape, shapeOf, traitsOf } from "./shape.ts";
import { guessKey, type KeyGuess } from "./unknown-key.ts";

type Schema = z.core.$ZodType;

/** What a whole diagnosis shares. */
export interface Diagnosis {
  readonly root: Schema;
  /** The text with references that a value came from. */
  readonly origin: (path: Path) => string | undefined;
}

interface Place extends Diagnosis {
  readonly schema: Schema;
  readonly path: Path;
}

/** Of a place with more problems, the first that many are found. */
export const MOST_FINDINGS = 200;

/** Guessing what was meant compares with every name there is. */
const MOST_GUESSES = 30;

const YES_AND_NO: Readonly<Record<string, string>> = { yes: "true", on: "true", no: "false", off: "false" };

/** The end of a message about a value that is nearly right. */
function advice(value: Plain, place: Place): string {
  const kinds = kindsOf(place.schema);
  if (typeof value === "string") {
    if (accepts(place.schema, Number(value)) && value.trim() !== "") return `; write ${Number(value)} without quotes`;
    const plain = YES_AND_NO[value.toLowerCase()] ?? value.toLowerCase();
    if (kinds.has("boolean") && (plain === "true" || plain === "false") && accepts(place.schema, plain === "true"))
      return `; write ${plain}${plain === value ? " without quotes" : ""}`;
    const unit = /^(\d+(?:\.\d+)?) ?([a-z])/i.exec(value.trim());
    const amount = `${unit?.[1]}${unit?.[2]?.toLowerCase()}`;
    if (unit !== null && accepts(place.schema, amount)) return `; did you mean ${amount}?`;
    const near = nearest(value, choicesOf(place.schema));
    return near === undefined ? "" : `; did you mean ${near}?`;
  }
  if (typeof value === "number") {
    if (accepts(place.schema, String(value))) return `; write "${value}" with quotes`;
    if (accepts(place.schema, `${value}mb`)) return `; did you mean ${value}mb?`;
  }
  return "";
}

function isSecret(origin: string): boolean {
  return /pass|secret|token|key|pwd/i.test(origin);
}

function shown(value: Plain, place: Place): string {
  const origin = place.origin(place.path);
  if (origin !== undefined) return isSecret(origin) ? origin : `${showValue(value)} (${origin})`;
  if (traitsOf(place.schema).secret === true && typeof value === "string")
    return showText(/^[a-z][a-z0-9+.-]*:\/\//i.exec(value)?.[0] ?? "…");
  return kindsOf(place.schema).has(kindOf(value)) ? showValue(value) : showValueAndKind(value);
}

function wrong(value: Plain, place: Place): Finding {
  const expected = expectation(place.schema);
  if (value === null) return { path: place.path, message: `is empty; it must be ${expected}, or the key must go` };
  return {
    path: place.path,
    message: `is ${shown(value, place)}; it must be ${expected}${advice(value, place)}`,
  };
}

function missing(place: Place): Finding {
  return { path: place.path, message: `is missing; it must be ${expectation(place.schema)}` };
}

/** The forms that a map at this place could have had, other than the one it has. */
type OtherForms = readonly { readonly form: string; readonly fields: Readonly<Record<string, Schema>> }[];

type ObjectPlace = Place & { readonly others: OtherForms };
type ObjectShape = Shape & { readonly kind: "object" };

function diagnoseKey(key: string, value: PlainMap, shape: ObjectShape, at: ObjectPlace): KeyGuess {
  const known = Object.keys(shape.fields);
  const other = at.others.find(({ fields }) => Object.hasOwn(fields, key));
  const own = traitsOf(at.schema).form;
  const rival = known.find((name) => Object.hasOwn(value, name));
  if (other !== undefined && own !== undefined) {
    const needed = Object.keys(other.fields)[0];
    return rival === undefined
      ? { message: `is for ${other.form}; ${needed} must be there too` }
      : {
          message: `does not go with ${rival}: it is for ${other.form}, ${rival} is for ${own}; remove one of the two`,
        };
  }
  const all = [...known, ...at.others.flatMap(({ fields }) => Object.keys(fields))];
  return guessKey({ key, free: all.filter((name) => !Object.hasOwn(value, name)), known: all, root: at.root });
}

function diagnoseObject(value: Plain, shape: ObjectShape, at: ObjectPlace): Finding[] {
  if (!isMap(value)) return [wrong(value, at)];
  const findings: Finding[] = [];
  const meant = new Set<string>();
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(shape.fields, key)) continue;
    if (findings.length >= MOST_FINDINGS) break;
    const guess: KeyGuess =
      findings.length < MOST_GUESSES ? diagnoseKey(key, value, shape, at) : { message: "is not a known key" };
    findings.push({ path: [...at.path, key], message: guess.message });
    if (guess.meant !== undefined) meant.add(guess.meant);
  }
  for (const [key, schema] of Object.entries(shape.fields)) {
    const place = { root: at.root, origin: at.origin, schema, path: [...at.path, key] };
    if (Object.hasOwn(value, key)) findings.push(...diagnose(value[key] ?? null, place));
    else if (!isOptional(schema) && !meant.has(key)) findings.push(missing(place));
  }
  return findings;
}

function diagnoseRecord(value: Plain, shape: Shape & { kind: "record" }, at: Place): Finding[] {
  if (!isMap(value)) return [wrong(value, at)];
  const findings: Finding[] = [];
  for (const [key, member] of Object.entries(value)) {
    if (findings.length >= MOST_FINDINGS) break;
    const path = [...at.path, key];
    if (!accepts(shape.key, key))
      findings.push({ path, message: `is no possible name; it must be ${expectation(shape.key)}` });
    findings.push(...diagnose(member, { ...at, schema: shape.value, path }));
  }
  return findings;
}

function diagnoseUnion(value: Plain, shape: Shape & { kind: "union" }, at: Place): Finding[] {
  const option = isMap(value) || isList(value) ? optionFor(shape.options, value) : undefined;
  if (option === undefined) return [];
  const others = shape.options.flatMap((other) => {
    const { form } = traitsOf(other);
    const inner = shapeOf(other);
    return other === option || form === undefined || inner.kind !== "object" ? [] : [{ form, fields: inner.fields }];
  });
  const within = { ...at, schema: option, others };
  const findings = diagnoseShape(value, within);
  return findings.length > 0 ? findings : raised(value, within);
}

/** What the schema itself says; not of a value that came from a variable that nobody should see. */
function raised(value: Plain, { schema, path: at, origin }: Place): Finding[] {
  return raisedBy(schema, value).flatMap(({ path: within, message }) => {
    const path = [...at, ...within];
    const from = origin(path);
    if (from === undefined) return [{ path, message }];
    return isSecret(from) ? [] : [{ path, message: `${message} (${from})` }];
  });
}

function diagnoseShape(value: Plain, at: ObjectPlace): Finding[] {
  const shape = shapeOf(at.schema);
  switch (shape.kind) {
    case "object":
      return diagnoseObject(value, shape, at);
    case "record":
      return diagnoseRecord(value, shape, at);
    case "list":
      if (!isList(value)) return [wrong(value, at)];
      return value
        .slice(0, MOST_FINDINGS)
        .flatMap((item, index) => diagnose(item, { ...at, schema: shape.item, path: [...at.path, index] }));
    case "union":
      return diagnoseUnion(value, shape, at);
    case "leaf":
      return [];
    default:
      return shape satisfies never;
  }
}

/**
 * Everything that is wrong with a value, in the order of the schema. Empty exactly when the schema accepts the value:
 * the schema decides, and this finds the words.
 */
export function diagnose(value: Plain, place: Place): Finding[] {
  if (accepts(place.schema, value)) return [];
  const shaped = diagnoseShape(value, { ...place, others: [] });
  const findings = shaped.length > 0 ? shaped : raised(value, place);
  return findings.length > 0 ? findings : [wrong(value, place)];
}
