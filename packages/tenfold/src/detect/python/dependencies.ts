import type { Project } from "../project.ts";

/** A package that the project depends on, and the file that says so. */
export interface Dependency {
  readonly name: string;
  readonly file: string;
}

/** Python compares names of packages without case, and takes dots and underscores for dashes. */
function normal(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/** `celery` of `celery[redis]>=5.3 ; python_version > "3.8"`, or of a URL that ends in `#egg=celery`. */
function nameOf(requirement: string): string | undefined {
  const egg = /#egg=([\w.-]+)/.exec(requirement)?.[1];
  const name = egg ?? /^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:[<>=!~;@ ,]|$)/.exec(requirement)?.[1];
  return name === undefined ? undefined : normal(name);
}

/** Extras bring further packages: `celery[redis]` needs redis. */
function extrasOf(requirement: string): string[] {
  const extras = /^\s*[\w.-]+\s*\[([^\]]*)\]/.exec(requirement)?.[1] ?? "";
  return extras.split(",").flatMap((extra) => nameOf(extra) ?? []);
}

function fromRequirements(text: string): string[] {
  return text.split("\n").filter((line) => !/^\s*(?:#|-)/.test(line) || line.includes("#egg="));
}

const STRING = /"([^"]*)"|'([^']*)'/g;

function strings(text: string): string[] {
  return [...text.matchAll(STRING)].map((match) => match[1] ?? match[2] ?? "");
}

/**
 * Reads the dependencies of `pyproject.toml`: arrays of PEP 621 and of dependency groups, tables of Poetry. No TOML parser:
 * what is not understood is passed over, and nothing but names is taken.
 */
function fromPyproject(text: string): string[] {
  const found: string[] = [];
  let section = "";
  let inArray = false;
  for (const line of text.split("\n")) {
    const heading = /^\s*\[+([^\]]+)\]+\s*(?:#.*)?$/.exec(line)?.[1];
    if (!inArray && heading !== undefined) {
      section = heading.trim();
      continue;
    }
    const isTable = /^tool\.(?:poetry|pdm)\..*dependencies$/.test(section) || section === "tool.poetry.dependencies";
    const key = /^\s*([\w."-]+)\s*=/.exec(line)?.[1];
    const opens =
      section === "project" ? key === "dependencies" : /dependencies|dependency-groups/.test(section) && !isTable;
    if (isTable && key !== undefined) found.push(key.replaceAll('"', ""));
    if (!inArray && opens && key !== undefined) inArray = /=\s*\[/.test(line);
    else if (!inArray) continue;
    const rest = line.includes("=") && key !== undefined && /=\s*\[/.test(line) ? line.slice(line.indexOf("[")) : line;
    found.push(...strings(rest.replace(/\s#.*$/, "")));
    if (/\]\s*,?\s*(?:#.*)?$/.test(line)) inArray = false;
  }
  return found;
}

function fromPipfile(text: string): string[] {
  const packages = /^\[packages\]\s*$([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(text)?.[1] ?? "";
  return [...packages.matchAll(/^\s*"?([\w.-]+)"?\s*=/gm)].map((match) => match[1] ?? "");
}

function fromSetup(text: string): string[] {
  const cfg = /^install_requires\s*=\s*$([\s\S]*?)(?=^\S|(?![\s\S]))/m.exec(text)?.[1];
  const py = /install_requires\s*=\s*\[([\s\S]*?)\]/.exec(text)?.[1];
  return [...(cfg?.split("\n") ?? []), ...strings(py ?? "")];
}

const MANIFESTS: readonly (readonly [RegExp, (text: string) => string[]])[] = [
  [/(?:^|\/)requirements[\w.-]*\.(?:txt|in)$|^requirements\/[\w-]+\.(?:txt|in)$/, fromRequirements],
  [/(?:^|\/)pyproject\.toml$/, fromPyproject],
  [/(?:^|\/)Pipfile$/, fromPipfile],
  [/(?:^|\/)setup\.(?:cfg|py)$/, fromSetup],
];

/** Everything that a Python project says it depends on, by normalised name. */
export function pythonDependencies(project: Project): ReadonlyMap<string, Dependency> {
  const found = new Map<string, Dependency>();
  for (const [pattern, read] of MANIFESTS) {
    for (const file of project.paths(pattern)) {
      for (const requirement of read(project.text(file))) {
        for (const name of [nameOf(requirement), ...extrasOf(requirement)]) {
          if (name !== undefined && !found.has(name)) found.set(name, { name, file });
        }
      }
    }
  }
  return found;
}
