import { join } from "node:path";
import { Fault } from "../fault/fault.ts";
import { expandReferences, inspectReferences, type Lookup } from "../fleet/references.ts";
import { type EnvEntry, parseEnv } from "./dotenv.ts";
import { readText } from "./read-text.ts";

export type ProcessEnv = Readonly<Record<string, string | undefined>>;

export interface MissingReference {
  /** `env.API_KEY`, or `.env:4`. */
  readonly place: string;
  readonly name: string;
  /** Why it is missing, where that is not simply that nothing defines it: continues the sentence "${NAME} ...". */
  readonly reason?: string | undefined;
}

/** What the `.env` files define, before it is known what the fleet file refers to. */
export interface Variables {
  /** Those of the files, by name and expanded. Where the process's own environment has one, that won. */
  readonly values: ReadonlyMap<string, string>;
  /** `.env:4`: where a name is defined. */
  readonly places: ReadonlyMap<string, string>;
  /** References in the files that nothing defines. */
  readonly missing: readonly MissingReference[];
  /** The process's own value, else the files'. */
  readonly lookup: Lookup;
  readonly notes: readonly string[];
}

interface Located extends EnvEntry {
  readonly place: string;
}

const LONGEST_CHAIN = 50;

async function readEnvFile(directory: string, name: string, notes: string[]): Promise<Located[]> {
  let text: string | null;
  try {
    text = await readText(join(directory, name), name);
  } catch (thrown) {
    // Python's virtual environments are often called .env.
    if (!(thrown instanceof Fault) || !thrown.message.includes("is a directory")) throw thrown;
    notes.push(`${name} is a directory and is not read.`);
    return [];
  }
  const { entries, problems } = parseEnv(text ?? "");
  if (problems.length > 0) {
    const count = problems.length === 1 ? "a line that is" : `${problems.length} lines that are`;
    throw new Fault("TF_ENV_FILE", `${name} has ${count} not understood`, {
      lines: problems.map(({ line, message }) => `${name}:${line}: ${message}`),
      hint: "a line is NAME=value; text with spaces, # or line breaks goes in quotes",
    });
  }
  return entries.map((entry) => ({ ...entry, place: `${name}:${entry.line}` }));
}

/** What is wrong with text that starts like a reference. */
export function malformedMessage(source: string): string {
  const shown = source.length > 40 ? `${source.slice(0, 40)}…` : source;
  return `${shown} is no reference; write \${NAME} or \${NAME:-default}, or $${shown} for the text itself`;
}

/** Resolves references among the files' own variables, in any order. */
class Resolver {
  readonly missing: MissingReference[] = [];
  readonly problems: string[] = [];
  readonly #values = new Map<string, string>();
  readonly #entries: ReadonlyMap<string, Located>;
  readonly #processEnv: ProcessEnv;
  readonly #open: string[] = [];

  constructor(entries: ReadonlyMap<string, Located>, processEnv: ProcessEnv) {
    this.#entries = entries;
    this.#processEnv = processEnv;
  }

  readonly lookup = (name: string): string | undefined => {
    const own = Object.hasOwn(this.#processEnv, name) ? this.#processEnv[name] : undefined;
    if (own !== undefined) return own;
    const entry = this.#entries.get(name);
    return entry === undefined ? undefined : (this.#values.get(name) ?? this.#resolve(entry));
  };

  #resolve(entry: Located): string {
    const { name, place, value } = entry;
    const complain = (message: string): string => {
      this.problems.push(`${place}: ${message}`);
      this.#values.set(name, "");
      return "";
    };
    const cycle = this.#open.indexOf(name);
    if (cycle !== -1) return complain(`${name} refers to itself: ${[...this.#open.slice(cycle), name].join(" → ")}`);
    if (this.#open.length > LONGEST_CHAIN) return complain(`${name} is ${LONGEST_CHAIN} references deep`);
    this.#open.push(name);
    const { missing, malformed } = inspectReferences(value, this.lookup);
    this.#open.pop();
    if (this.#values.has(name)) return "";
    for (const one of missing) this.missing.push({ place, name: one });
    if (malformed[0] !== undefined) return complain(malformedMessage(malformed[0]));
    const expanded = missing.length > 0 ? "" : String(expandReferences(value, this.lookup));
    this.#values.set(name, expanded);
    return expanded;
  }
}

/**
 * Reads `.env`, then `.env.<NAME>`, whose variables win; those of the process's own environment win over both, as with
 * other tools. Faults: TF_ENV_FILE, TF_FILE_UNREADABLE.
 */
export async function readVariables(
  directory: string,
  envName: string | undefined,
  processEnv: ProcessEnv,
): Promise<Variables> {
  const notes: string[] = [];
  const entries = new Map<string, Located>();
  for (const name of [".env", ...(envName === undefined ? [] : [`.env.${envName}`])]) {
    for (const entry of await readEnvFile(directory, name, notes)) entries.set(entry.name, entry);
  }
  const resolver = new Resolver(entries, processEnv);
  const values = new Map<string, string>();
  const places = new Map<string, string>();
  for (const { name, place } of entries.values()) {
    values.set(name, resolver.lookup(name) ?? "");
    places.set(name, place);
    if (processEnv[name] !== undefined) notes.push(`${name} is taken from the environment, not from ${place}.`);
  }
  if (resolver.problems.length > 0)
    throw new Fault("TF_ENV_FILE", "a variable of an .env file cannot be expanded", { lines: resolver.problems });
  return { values, places, missing: resolver.missing, lookup: resolver.lookup, notes };
}
