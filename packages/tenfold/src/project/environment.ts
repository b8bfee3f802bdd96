import { isProvided, PROVIDED_NAMES } from "../fleet/provided.ts";
import { inspectReferences, type Lookup } from "../fleet/references.ts";
import { formatPath, type Path } from "../spec/path.ts";
import type { Spec } from "../spec/spec.ts";
import { type Expanded, shellNames, type Template } from "./expand.ts";
import type { MissingReference, ProcessEnv, Variables } from "./variables.ts";

/** A lookup for templates, in which what the fleet will provide counts as defined. Without a spec, all that it could. */
function lookupFor(spec: Spec | undefined, lookup: Lookup): Lookup {
  return (name) => {
    const provided = spec === undefined ? PROVIDED_NAMES.includes(name) : isProvided(name, spec);
    return provided ? name : lookup(name);
  };
}

/** References in templates that neither a variable nor the fleet itself defines. */
export function missingInTemplates(
  templates: readonly Template[],
  spec: Spec | undefined,
  lookup: Lookup,
): (MissingReference & { readonly path: Path })[] {
  const known = lookupFor(spec, lookup);
  return templates.flatMap(({ path, text }) =>
    inspectReferences(text, known).missing.map((name) => ({ path, place: formatPath(path), name })),
  );
}

/** No shell reads a command that is a list of words. */
function isListWord({ path }: Template): boolean {
  return typeof path.at(-1) === "number";
}

/** What a fleet's processes get beside what Tenfold provides, and what is to be said about it. */
export interface Environment {
  readonly environment: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
}

/**
 * All variables of the `.env` files, and those of the process's environment that templates and commands refer to. What
 * the fleet itself provides is not among them: it wins over `.env`, and only `env` in the file wins over it.
 */
export function environmentFor(
  spec: Spec,
  { templates, commands }: Pick<Expanded, "templates" | "commands">,
  variables: Variables,
  processEnv: ProcessEnv,
): Environment {
  const notes: string[] = [];
  const environment = new Map<string, string>();
  const known = lookupFor(spec, variables.lookup);
  for (const [name, value] of variables.values) {
    if (!isProvided(name, spec)) environment.set(name, value);
    else
      notes.push(
        `${variables.places.get(name)}: ${name} is not used, since the fleet provides its own; env in the file can set it.`,
      );
  }
  const referred = [
    ...templates.flatMap(({ text }) => inspectReferences(text, known).used),
    ...commands.filter((command) => !isListWord(command)).flatMap(({ text }) => shellNames(text)),
  ];
  for (const name of referred) {
    const value = Object.hasOwn(processEnv, name) ? processEnv[name] : undefined;
    if (value !== undefined && !isProvided(name, spec)) environment.set(name, value);
  }
  for (const { path, text } of commands.filter(isListWord)) {
    const [name] = shellNames(text);
    if (name === undefined) continue;
    notes.push(`${formatPath(path)}: $${name} stays as it is, since no shell reads a command that is a list.`);
  }
  const sorted = [...environment].sort(([a], [b]) => (a < b ? -1 : 1));
  return { environment: Object.fromEntries(sorted), notes };
}
