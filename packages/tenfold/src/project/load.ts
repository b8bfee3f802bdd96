import { basename, resolve } from "node:path";
import { Fault } from "../fault/fault.ts";
import { checkSpec } from "../spec/parse.ts";
import { type Finding, formatPath, type Path } from "../spec/path.ts";
import { isMap, type Plain } from "../spec/plain.ts";
import { unmoved } from "../spec/scaling/unmoved.ts";
import type { Spec } from "../spec/spec.ts";
import { neverNone } from "../spec/workers/never-none.ts";
import { checkFiles } from "./check-files.ts";
import { environmentFor, missingInTemplates } from "./environment.ts";
import { expandValue } from "./expand.ts";
import { checkEnvName, type FoundFile, findFile, findOverlay, namesIn } from "./find.ts";
import { readJson } from "./json.ts";
import { mergeOverlay } from "./merge.ts";
import { readProcfile } from "./procfile.ts";
import { loadProgram } from "./program/load.ts";
import { readText } from "./read-text.ts";
import { reportFault } from "./report.ts";
import { type Source, sourceOf } from "./source.ts";
import { type ProcessEnv, readVariables, type Variables } from "./variables.ts";
import { readYaml } from "./yaml.ts";

export interface ProjectOptions {
  /** The project's directory, absolute or relative to the current one. */
  readonly directory: string;
  /** The directory whose variables and name count, where the files of a release are read elsewhere; else the same. */
  readonly home?: string | undefined;
  /** `-f`, relative to the directory. */
  readonly file?: string | undefined;
  /** `--env`. */
  readonly envName?: string | undefined;
  /** `--command`: the fleet of just this web command; no file is read. */
  readonly command?: string | undefined;
  readonly processEnv: ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

/** All that a user says about a fleet. */
export interface Project {
  /** Absolute. */
  readonly directory: string;
  /** Absolute. */
  readonly file: string | null;
  /** Absolute. */
  readonly overlay: string | null;
  readonly spec: Spec;
  /** Values of variables, by name: secrets are among them. */
  readonly environment: Readonly<Record<string, string>>;
  /** What was chosen, and why: sentences for people. */
  readonly notes: readonly string[];
}

interface Reading {
  readonly directory: string;
  readonly variables: Variables;
  readonly options: ProjectOptions;
}

async function readSource(found: FoundFile, { directory, variables, options }: Reading): Promise<Source> {
  const text = await readText(found.path, found.name);
  if (text === null)
    throw new Fault("TF_SPEC_NOT_FOUND", `${found.name} does not exist in ${directory}`, {
      hint: "-f is relative to the project's directory, which is the current one or what -C names",
    });
  switch (found.kind) {
    case "yaml":
      return readYaml(text, found.name);
    case "json":
      return readJson(text, found.name);
    case "procfile":
      return readProcfile(text, found.name);
    case "program": {
      const own = Object.entries(options.processEnv).filter((pair): pair is [string, string] => pair[1] !== undefined);
      const env = { ...Object.fromEntries(variables.values), ...Object.fromEntries(own) };
      return loadProgram({ file: found.path, name: found.name, directory, env, signal: options.signal });
    }
    default:
      return found.kind satisfies never;
  }
}

/** The file itself, or the command in its place. */
async function readBase(reading: Reading): Promise<{ readonly source: Source; readonly found: FoundFile | undefined }> {
  const { directory, options } = reading;
  const { command, file } = options;
  if (command === undefined) {
    const { found, notes } = await findFile(directory, file);
    const source = await readSource(found, reading);
    return { source: { ...source, notes: [...notes, ...source.notes] }, found };
  }
  if (file !== undefined)
    throw new Fault("TF_ARGUMENT", "-f and --command exclude each other", {
      hint: "the file says the command already, as web.command",
    });
  if (command.trim() === "")
    throw new Fault("TF_ARGUMENT", "--command is empty", { hint: '--command "node server.js"' });
  const notes = ["No fleet file is read, since --command was given."];
  return { source: sourceOf("--command", { web: { command } }, notes), found: undefined };
}

/** The file's value with the overlay's over it. */
function combine(base: Source, overlay: Source | undefined): { value: Plain; findings: Finding[]; notes: string[] } {
  const findings = [...base.findings, ...(overlay?.findings ?? [])];
  const notes = [...base.notes, ...(overlay?.notes ?? [])];
  if (overlay === undefined) return { value: base.value, findings, notes };
  if (overlay.value === null) return { value: base.value, findings, notes: [...notes, `${overlay.name} is empty.`] };
  if (!isMap(overlay.value))
    return {
      value: base.value,
      findings: [...findings, { path: [], message: `with ${overlay.name}: the overlay must be a map` }],
      notes,
    };
  const under = base.value === null ? {} : base.value;
  return { value: isMap(under) ? mergeOverlay(under, overlay.value) : under, findings, notes };
}

/**
 * Finds and reads all that a user says about a fleet: the file, the overlay, the `.env` files. Faults: TF_SPEC_NOT_FOUND,
 * TF_SPEC_SYNTAX, TF_SPEC_THROWS, TF_SPEC_INVALID, TF_FILE_UNREADABLE, TF_ENV_FILE, TF_ENV_MISSING, TF_ARGUMENT.
 */
export async function loadProject(options: ProjectOptions): Promise<Project> {
  const directory = resolve(options.directory);
  const { envName, processEnv } = options;
  if (envName !== undefined) checkEnvName(envName);
  await namesIn(directory);
  const home = resolve(options.home ?? directory);
  const variables = await readVariables(home, envName, processEnv);
  const reading = { directory, variables, options };
  const { source: base, found } = await readBase(reading);
  const foundOverlay = envName === undefined ? undefined : await findOverlay(directory, found, envName);
  const overlay = foundOverlay === undefined ? undefined : await readSource(foundOverlay, reading);
  const sources = overlay === undefined ? [base] : [base, overlay];
  const combined = combine(base, overlay);
  const written = (path: Path): string | undefined => overlay?.written(path) ?? base.written(path);
  const expanded = expandValue(combined.value, variables.lookup, written);
  const checked = checkSpec(expanded.value, {
    directoryName: basename(home),
    findings: [...combined.findings, ...expanded.findings],
    unknown: expanded.missing.map(({ path }) => path),
    origin: expanded.origin,
  });
  const findings = checked.ok ? await checkFiles(directory, checked.spec) : checked.findings;
  const fault = reportFault({
    sources,
    findings,
    missing: [
      ...variables.missing,
      ...expanded.missing,
      ...missingInTemplates(expanded.templates, checked.ok ? checked.spec : checked.rest, variables.lookup),
    ],
    names: {
      defined: [...variables.places.keys(), ...Object.keys(processEnv)],
      ownKeys: expanded.templates.filter(({ path }) => path.includes("env")).map(({ path }) => String(path.at(-1))),
    },
  });
  if (fault !== undefined) throw fault;
  if (!checked.ok) throw new Error(`no fault for ${findings.map(({ path }) => formatPath(path)).join()}`);
  const { spec } = checked;
  const { environment, notes } = environmentFor(spec, expanded, variables, processEnv);
  const named = combined.value !== null && isMap(combined.value) && "name" in combined.value;
  return {
    directory,
    file: found?.path ?? null,
    overlay: foundOverlay?.path ?? null,
    spec,
    environment,
    notes: [
      ...combined.notes,
      ...(named ? [] : [`The fleet's name is ${spec.name}, from the directory's.`]),
      ...unmoved(spec).map(({ group, why }) => `The number of ${group} ${why}.`),
      ...neverNone(spec.workers),
      ...variables.notes,
      ...notes,
    ],
  };
}
