import { Fault } from "../fault/fault.ts";
import { Secret } from "../units/secret.ts";

/** A piece of text with references. `malformed` starts like a reference and is none. */
export type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "reference"; readonly name: string; readonly fallback: readonly Part[] | null }
  | { readonly kind: "malformed"; readonly source: string };

/** What a name stands for; `undefined` when nothing defines it. */
export type Lookup = (name: string) => string | Secret | undefined;

const DEEPEST = 8;
/** No system passes a longer variable to a process; references to references could grow without end. */
const LONGEST = 128 * 1024;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;

/** Where reading stopped, beside what was read. */
interface Reading {
  readonly parts: readonly Part[];
  readonly end: number;
  /** Whether the `}` that ends a fallback was found. */
  readonly closed: boolean;
}

/** Reads `${NAME}` or `${NAME:-fallback}` from its `$` on. One that is never closed takes the rest of the text. */
function readReference(text: string, start: number, depth: number): { readonly part: Part; readonly end: number } {
  NAME.lastIndex = start + 2;
  const name = NAME.exec(text)?.[0];
  const after = start + 2 + (name?.length ?? 0);
  if (name !== undefined && text[after] === "}")
    return { part: { kind: "reference", name, fallback: null }, end: after + 1 };
  if (name !== undefined && text.startsWith(":-", after) && depth < DEEPEST) {
    const { parts, end, closed } = read(text, after + 2, depth + 1);
    if (closed) return { part: { kind: "reference", name, fallback: parts }, end };
    return { part: { kind: "malformed", source: text.slice(start) }, end: text.length };
  }
  const brace = text.indexOf("}", start);
  const end = brace === -1 ? text.length : brace + 1;
  return { part: { kind: "malformed", source: text.slice(start, end) }, end };
}

function read(text: string, start: number, depth: number): Reading {
  const parts: Part[] = [];
  let plain = "";
  let at = start;
  const flush = (): void => {
    if (plain !== "") parts.push({ kind: "text", text: plain });
    plain = "";
  };
  while (at < text.length) {
    if (text.startsWith("$${", at)) {
      plain += "${";
      at += 3;
    } else if (text.startsWith("${", at)) {
      flush();
      const { part, end } = readReference(text, at, depth);
      parts.push(part);
      at = end;
    } else if (depth > 0 && text[at] === "}") {
      flush();
      return { parts, end: at + 1, closed: true };
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return { parts, end: at, closed: false };
}

function isDefined(value: string | Secret | undefined): value is string | Secret {
  return value !== undefined && (value instanceof Secret ? value.reveal() : value) !== "";
}

/** What expanding a text needs to know and leaves behind. */
interface Expansion {
  readonly lookup: Lookup;
  readonly onMissing: (name: string) => void;
  readonly onUse: (name: string) => void;
  secret: boolean;
}

function expandParts(parts: readonly Part[], expansion: Expansion): string {
  let text = "";
  for (const part of parts) {
    switch (part.kind) {
      case "text":
        text += part.text;
        break;
      case "malformed":
        text += part.source;
        break;
      case "reference": {
        expansion.onUse(part.name);
        const value = expansion.lookup(part.name);
        if (part.fallback !== null && !isDefined(value)) {
          text += expandParts(part.fallback, expansion);
        } else if (value === undefined) {
          expansion.onMissing(part.name);
        } else {
          if (value instanceof Secret) expansion.secret = true;
          text += value instanceof Secret ? value.reveal() : value;
        }
        break;
      }
      default:
        part satisfies never;
    }
    if (text.length > LONGEST)
      throw new Fault(
        "TF_SPEC_INVALID",
        `a value is longer than ${LONGEST} characters when its references are expanded`,
        {
          hint: "a reference whose value holds references grows quickly; look at what they stand for",
        },
      );
  }
  return text;
}

/** What is to be known of a text's references before it is expanded. */
export interface References {
  /** Names that are needed: those of fallbacks that are not used are not among them. */
  readonly used: readonly string[];
  /** Names that are needed and that nothing defines. */
  readonly missing: readonly string[];
  /** Pieces that start with `${` and are no reference. */
  readonly malformed: readonly string[];
}

function malformedIn(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => {
    if (part.kind === "malformed") return [part.source];
    return part.kind === "reference" && part.fallback !== null ? malformedIn(part.fallback) : [];
  });
}

/** The pieces of a text, for whoever puts something else in the place of references. */
export function partsOf(text: string): readonly Part[] {
  return read(text, 0, 0).parts;
}

export function inspectReferences(text: string, lookup: Lookup): References {
  const { parts } = read(text, 0, 0);
  const used = new Set<string>();
  const missing = new Set<string>();
  expandParts(parts, {
    lookup,
    onMissing: (name) => missing.add(name),
    onUse: (name) => used.add(name),
    secret: false,
  });
  return { used: [...used], missing: [...missing], malformed: malformedIn(parts) };
}

/**
 * Replaces `${NAME}` by its value and `${NAME:-fallback}` by its value or, when that is absent or empty, the fallback,
 * which may hold references too. `$${` is a plain `${`; any other `$` is itself. The result is a `Secret` when a part
 * of it was. Faults: TF_ENV_MISSING.
 */
export function expandReferences(text: string, lookup: Lookup): string | Secret {
  const missing = new Set<string>();
  const expansion: Expansion = { lookup, onMissing: (name) => missing.add(name), onUse: () => {}, secret: false };
  const expanded = expandParts(read(text, 0, 0).parts, expansion);
  if (missing.size > 0) {
    const names = [...missing].map((name) => `\${${name}}`).join(", ");
    throw new Fault("TF_ENV_MISSING", `nothing defines ${names}`, {
      hint: "define it in .env or in the environment, or give a default: ${NAME:-default}",
    });
  }
  return expansion.secret ? new Secret(expanded) : expanded;
}

/** Text that `expandReferences` turns back into this text. */
export function escapeReferences(text: string): string {
  return text.split("${").join("$${");
}
