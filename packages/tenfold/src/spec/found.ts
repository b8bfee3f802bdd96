import type { Kind } from "./expectation.ts";
import { isList, isMap, type Plain } from "./plain.ts";

const LONGEST_TEXT = 60;

export function kindOf(value: Plain): Kind {
  if (value === null) return "nothing";
  if (isList(value)) return "list";
  if (isMap(value)) return "map";
  switch (typeof value) {
    case "string":
      return "text";
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    default:
      return "map";
  }
}

/** Text for a message: in quotes, shortened, and without the user and password of a URL. */
export function showText(text: string): string {
  const safe = text.replace(/(\w:\/\/)[^/?#\s]*@/g, "$1…@");
  return JSON.stringify(safe.length > LONGEST_TEXT ? `${safe.slice(0, LONGEST_TEXT)}…` : safe);
}

/** The value itself, when it is short, or the kind of it. */
export function showValue(value: Plain): string {
  if (typeof value === "string") return value === "" ? "empty text" : showText(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (isList(value)) return value.length === 0 ? "an empty list" : "a list";
  return value === null ? "empty" : "a map";
}

const KIND_NAMES: Readonly<Record<Kind, string>> = {
  text: "text",
  number: "a number",
  boolean: "a boolean",
  list: "a list",
  map: "a map",
  nothing: "nothing",
};

/** Like `showValue`, and says the kind of a value whose text does not show it. */
export function showValueAndKind(value: Plain): string {
  const kind = kindOf(value);
  return value !== "" && (kind === "text" || kind === "number" || kind === "boolean")
    ? `${showValue(value)} (${KIND_NAMES[kind]})`
    : showValue(value);
}
