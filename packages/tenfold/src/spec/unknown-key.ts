import type { z } from "zod";
import { nearest } from "../units/nearest.ts";
import { oneOf } from "./expectation.ts";
import { formatPath } from "./path.ts";
import { shapeOf } from "./shape.ts";
import { SYNONYMS } from "./synonyms.ts";

type Schema = z.core.$ZodType;

/** Where an unknown key was found. */
export interface UnknownKey {
  readonly key: string;
  /** What is known there, and not written yet. */
  readonly free: readonly string[];
  readonly known: readonly string[];
  /** The whole file's schema. */
  readonly root: Schema;
}

const MANY = 3;

/** The paths of a schema's keys that have this name, the shortest first. */
function pathsOf(name: string, root: Schema): string[] {
  const found: string[] = [];
  const visit = (schema: Schema, path: readonly string[]): void => {
    const shape = shapeOf(schema);
    if (shape.kind === "union") for (const option of shape.options) visit(option, path);
    if (shape.kind === "record") visit(shape.value, [...path, "NAME"]);
    if (shape.kind !== "object") return;
    for (const [key, field] of Object.entries(shape.fields)) {
      const at = [...path, key];
      const text = formatPath(at);
      if (key === name && !found.includes(text)) found.push(text);
      visit(field, at);
    }
  };
  visit(root, []);
  return found;
}

/** What is to be said of an unknown key, and the key here that was probably meant. */
export interface KeyGuess {
  readonly message: string;
  readonly meant?: string;
}

/** The nearest key here, what others call it, where else it is, or what is known. */
export function guessKey({ key, free, known, root }: UnknownKey): KeyGuess {
  const synonym = Object.hasOwn(SYNONYMS, key) ? SYNONYMS[key] : undefined;
  const meant =
    nearest(key, free) ??
    (synonym !== undefined && known.includes(synonym) ? synonym : undefined) ??
    nearest(key, known);
  if (meant !== undefined) return { message: `is not a known key; did you mean ${meant}?`, meant };
  const elsewhere = pathsOf(key, root);
  if (elsewhere.length > 0)
    return { message: `is not a known key here; did you mean ${oneOf(elsewhere.slice(0, MANY))}?` };
  const shown = known.filter((name) => !name.startsWith("$")).join(", ");
  return { message: `is not a known key; the known ones here are ${shown} (and any that starts with x-)` };
}
