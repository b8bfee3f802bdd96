import { type Audience, isProvided, PROVIDED_NAMES, withoutVariable } from "../fleet/provided.ts";
import { inspectReferences, type Lookup } from "../fleet/references.ts";
import { formatPath, type Path } from "../spec/path.ts";
import type { Spec } from "../spec/spec.ts";
import { type Expanded, shellNames, type Template } from "./expand.ts";
import type { MissingReference, ProcessEnv, Variables } from "./variables.ts";

/** Whose environment a template is part of; `null` for a URL, which is needed before there is anybody. */
function audienceOf({ path: [first] }: Template, spec: Spec): readonly Audience[] | null {
  if (first === "postgres" || first === "redis" || first === "backups") return null;
  if (first === "web" || first === "workers" || first === "scheduler") return [first];
  return [
    "web",
    ...(Object.keys(spec.workers).length > 0 ? (["workers"] as const) : []),
    ...(spec.scheduler === false ? [] : (["scheduler"] as const)),
    ...(spec.release === false ? [] : (["release"] as const)),
  ];
}

/**
 * A lookup for a template, in which what the fleet will give to everybody concerned counts as defined. Without a
 * specification, everything counts that some fleet gives.
 */
function lookupFor(template: Template, spec: Spec | undefined, lookup: Lookup): Lookup {
  if (spec === undefined) return (name) => (PROVIDED_NAMES.includes(name) ? name : lookup(name));
  const audience = audienceOf(template, spec);
  return (name) => {
    if (audience === null || !isProvided(name, spec)) return lookup(name);
    return withoutVariable(name, audience).length === 0 ? name : undefined;
  };
}

const AUDIENCE_NAMES: Readonly<Record<Audience, string>> = {
  web: "web instances",
  workers: "workers",
  scheduler: "the scheduler",
  release: "the release command",
};

/** Why a variable that the fleet gives is missing all the same. */
function reasonFor(name: string, template: Template, spec: Spec | undefined): string | undefined {
  if (spec === undefined || !isProvided(name, spec)) return undefined;
  const audience = audienceOf(template, spec);
  if (audience === null)
    return "is not defined: what the fleet gives follows from this URL, so .env or the environment must";
  const without = withoutVariable(name, audience).map((one) => AUDIENCE_NAMES[one]);
  return `is not there for ${without.join(" and ")}; refer to it in the env of those who have it, or give a default: \${${name}:-value}`;
}

/** References in templates that neither a variable nor the fleet itself defines. */
export function missingInTemplates(
  templates: readonly Template[],
  spec: Spec | undefined,
  lookup: Lookup,
): (MissingReference & { readonly path: Path })[] {
  return templates.flatMap((template) =>
    inspectReferences(template.text, lookupFor(template, spec, lookup)).missing.map((name) => ({
      path: template.path,
      place: formatPath(template.path),
      name,
      reason: reasonFor(name, template, spec),
    })),
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
 * the fleet itself provides is not among them, unless a URL of a service refers to it: it wins over `.env`, and only
 * `env` in the file wins over it.
 */
export function environmentFor(
  spec: Spec,
  { templates, commands }: Pick<Expanded, "templates" | "commands">,
  variables: Variables,
  processEnv: ProcessEnv,
): Environment {
  const notes: string[] = [];
  const environment = new Map<string, string>();
  const used = (template: Template): readonly string[] =>
    inspectReferences(template.text, lookupFor(template, spec, variables.lookup)).used;
  const inUrls = new Set(templates.filter((one) => audienceOf(one, spec) === null).flatMap(used));
  const isOurs = (name: string): boolean => isProvided(name, spec) && !inUrls.has(name);
  for (const [name, value] of variables.values) {
    if (!isOurs(name)) environment.set(name, value);
    else
      notes.push(
        `${variables.places.get(name)}: ${name} is not used, since the fleet provides its own; env in the file can set it.`,
      );
  }
  const referred = [
    ...templates.flatMap(used),
    ...commands.filter((command) => !isListWord(command)).flatMap(({ text }) => shellNames(text)),
  ];
  for (const name of referred) {
    const value = Object.hasOwn(processEnv, name) ? processEnv[name] : undefined;
    if (value !== undefined && !isOurs(name)) environment.set(name, value);
  }
  for (const { path, text } of commands.filter(isListWord)) {
    const [name] = shellNames(text);
    if (name === undefined) continue;
    notes.push(`${formatPath(path)}: $${name} stays as it is, since no shell reads a command that is a list.`);
  }
  const sorted = [...environment].sort(([a], [b]) => (a < b ? -1 : 1));
  return { environment: Object.fromEntries(sorted), notes };
}
