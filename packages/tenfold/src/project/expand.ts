import { expandReferences, inspectReferences, type Lookup } from "../fleet/references.ts";
import { type Finding, formatPath, type Path } from "../spec/path.ts";
import type { Plain } from "../spec/plain.ts";
import { type Place, rewrite } from "../spec/rewrite.ts";
import { accepts } from "../spec/shape.ts";
import { fleetFile } from "../spec/spec.ts";
import { type MissingReference, malformedMessage } from "./variables.ts";

/** Text that keeps its references in the specification, or that a shell reads. */
export interface Template {
  readonly path: Path;
  readonly text: string;
}

/** The value of a file after its references were dealt with. */
export interface Expanded {
  readonly value: Plain;
  readonly findings: readonly Finding[];
  /** References outside of templates that nothing defines. */
  readonly missing: readonly (MissingReference & { readonly path: Path })[];
  readonly templates: readonly Template[];
  readonly commands: readonly Template[];
  /** The text that a value came from, by its path. */
  readonly origin: (path: Path) => string | undefined;
}

/** A reference stands for a number or a boolean as well, where text is not possible. */
function asExpected(text: string, place: Place): Plain {
  if (accepts(place.schema, text)) return text;
  const other = text.trim() === "" ? Number.NaN : Number(text);
  if (accepts(place.schema, other)) return other;
  if ((text === "true" || text === "false") && accepts(place.schema, text === "true")) return text === "true";
  return text;
}

/**
 * Expands the references of a file's value. Those in `env` and in URLs stay, so that no secret enters the specification,
 * and commands are the shell's. `written` gives single values as the file has them: variables are text, and `007`,
 * `1.10` or `True` would not survive being understood.
 */
export function expandValue(value: Plain, lookup: Lookup, written: (path: Path) => string | undefined): Expanded {
  const findings: Finding[] = [];
  const missing: (MissingReference & { readonly path: Path })[] = [];
  const templates: Template[] = [];
  const commands: Template[] = [];
  const origins = new Map<string, string>();
  const expanded = rewrite(value, fleetFile, (single, place) => {
    const { path, traits } = place;
    if (typeof single === "number" || typeof single === "boolean")
      return traits.verbatim === true ? (written(path) ?? single) : single;
    if (single === null) return single;
    if (traits.text === "command") {
      commands.push({ path, text: single });
      return single;
    }
    const references = inspectReferences(single, lookup);
    for (const source of references.malformed) findings.push({ path, message: malformedMessage(source) });
    if (traits.text === "template") {
      templates.push({ path, text: single });
      return single;
    }
    for (const name of references.missing) missing.push({ path, place: formatPath(path), name });
    if (references.missing.length > 0 || references.malformed.length > 0) return single;
    const text = String(expandReferences(single, lookup));
    if (references.used.length === 0) return text;
    origins.set(formatPath(path), single);
    return asExpected(text, place);
  });
  const origin = (path: Path): string | undefined => origins.get(formatPath(path));
  return { value: expanded, findings, missing, templates, commands, origin };
}

/** Variables that a command names for the shell: `$NAME` and `${NAME...}`. */
export function shellNames(command: string): string[] {
  return [...command.matchAll(/\$\{?([A-Za-z_][A-Za-z0-9_]*)/g)].map(([, name = ""]) => name);
}
