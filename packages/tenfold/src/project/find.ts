import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { Fault } from "../fault/fault.ts";
import { nearest } from "../units/nearest.ts";
import { noDirectory } from "./no-directory.ts";
import { shownPath } from "./program/stack.ts";

type FileKind = "program" | "yaml" | "json" | "procfile";

/** A fleet file that was chosen. */
export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  /** As messages call it. */
  readonly name: string;
  readonly kind: FileKind;
}

const PROGRAM_ENDINGS: readonly string[] = [".ts", ".mts", ".js", ".mjs"];
const DATA_ENDINGS: readonly string[] = [".yaml", ".yml", ".json"];

/** In the order of preference. */
export const FILE_NAMES: readonly string[] = [
  ...PROGRAM_ENDINGS.map((ending) => `tenfold.config${ending}`),
  ...DATA_ENDINGS.map((ending) => `tenfold${ending}`),
  "Procfile",
];

const ORDER = "a program comes before YAML, YAML before JSON, and all before a Procfile";
const HOW_ELSE = 'or say the command: tenfold up --command "node server.js"';

function kindOf(name: string): FileKind | undefined {
  const ending = extname(name).toLowerCase();
  if (PROGRAM_ENDINGS.includes(ending)) return "program";
  if (ending === ".yaml" || ending === ".yml") return "yaml";
  if (ending === ".json") return "json";
  return /^procfile(\.|$)/i.test(name) ? "procfile" : undefined;
}

function foundFile(path: string, directory: string): FoundFile {
  const kind = kindOf(basename(path));
  const name = shownPath(path, directory);
  if (kind !== undefined) return { path, name, kind };
  throw new Fault("TF_ARGUMENT", `${name} is no fleet file that Tenfold can read, by its name`, {
    hint: `it must end in ${[...DATA_ENDINGS, ...PROGRAM_ENDINGS].join(", ")}, or be a Procfile`,
  });
}

/** The names in a directory. Faults: TF_ARGUMENT when it is none. */
export async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (thrown) {
    throw noDirectory(directory, thrown);
  }
}

async function absentFault(directory: string, names: readonly string[]): Promise<Fault> {
  const like = names.filter(
    (name) => !FILE_NAMES.includes(name) && /^tenfold|^procfile$/i.test(name) && nearest(name, FILE_NAMES),
  );
  const kinds = await Promise.all(like.map((name) => stat(join(directory, name)).catch(() => null)));
  const near = like.find((_, at) => kinds[at]?.isFile());
  const init = `run tenfold init, which looks at the project and writes one, ${HOW_ELSE}`;
  if (near !== undefined) {
    const hint = `${near} looks like one: rename it to ${nearest(near, FILE_NAMES)}, or use -f ${near}`;
    return new Fault("TF_SPEC_NOT_FOUND", `no fleet file in ${directory}`, { hint });
  }
  for (let above = dirname(directory); ; above = dirname(above)) {
    const there = await readdir(above).catch((): string[] => []);
    const file = FILE_NAMES.find((name) => name !== "Procfile" && there.includes(name));
    if (file !== undefined) {
      const hint = `there is ${join(above, file)}: use -C ${JSON.stringify(above)}; ${init}`;
      return new Fault("TF_SPEC_NOT_FOUND", `no fleet file in ${directory}`, { hint });
    }
    if (above === dirname(above)) break;
  }
  return new Fault("TF_SPEC_NOT_FOUND", `no fleet file in ${directory}`, { hint: init });
}

/** The file that `-f` names, or the first of `FILE_NAMES` that is there. Faults: TF_SPEC_NOT_FOUND, TF_ARGUMENT. */
export async function findFile(
  directory: string,
  named: string | undefined,
): Promise<{ readonly found: FoundFile; readonly notes: readonly string[] }> {
  const names = await namesIn(directory);
  if (named !== undefined) return { found: foundFile(resolve(directory, named), directory), notes: [] };
  const [first, ...others] = FILE_NAMES.filter((name) => names.includes(name));
  if (first === undefined) throw await absentFault(directory, names);
  const notes =
    others.length === 0
      ? []
      : [`${first} is read, and ${others.join(", ")} ${others.length === 1 ? "is" : "are"} not: ${ORDER}.`];
  return { found: foundFile(join(directory, first), directory), notes };
}

/** The name of a file without what says its kind: an overlay is called after it. */
function stemOf(base: FoundFile | undefined): string {
  if (base === undefined || base.kind === "procfile") return "tenfold";
  return basename(base.path, extname(base.path)).replace(/\.config$/, "");
}

/** The name of an environment becomes part of file names. Faults: TF_ARGUMENT. */
export function checkEnvName(envName: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(envName)) return;
  throw new Fault("TF_ARGUMENT", `--env ${JSON.stringify(envName)} is no name of an environment`, {
    hint: "it is part of a file's name: letters, digits, - and _, such as --env production",
  });
}

/** The overlay that `--env` names; it lies beside the file. Faults: TF_SPEC_NOT_FOUND. */
export async function findOverlay(directory: string, base: FoundFile | undefined, envName: string): Promise<FoundFile> {
  const beside = base === undefined ? directory : dirname(base.path);
  const names = await namesIn(beside);
  const stem = stemOf(base);
  const endings = [...PROGRAM_ENDINGS.map((ending) => `.config${ending}`), ...DATA_ENDINGS];
  const present = endings.map((ending) => `${stem}.${envName}${ending}`).find((name) => names.includes(name));
  if (present !== undefined) return foundFile(join(beside, present), directory);
  const environments = endings.flatMap((ending) =>
    names
      .filter((name) => name.startsWith(`${stem}.`) && name.endsWith(ending))
      .map((name) => name.slice(stem.length + 1, -ending.length))
      .filter((name) => name !== "" && name !== "config"),
  );
  const near = nearest(envName, environments);
  const usual = shownPath(join(beside, `${stem}.${envName}.yaml`), directory);
  throw new Fault("TF_SPEC_NOT_FOUND", `--env ${envName} needs ${usual}, which does not exist`, {
    hint:
      near === undefined
        ? "write it: what is in it replaces or extends the file; it may be empty"
        : `did you mean --env ${near}?`,
  });
}
