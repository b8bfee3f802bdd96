/**
 * Writes what follows from the code: from the schemas of the fleet file, the JSON Schema for editors, the types for
 * programs and the reference; the pages of commands, faults and variables from their definitions. `node --conditions=source scripts/generate.ts`; a test fails when any of them is stale.
 */
import { execFile } from "node:child_process";
import { glob, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fleetJsonSchema } from "../packages/tenfold/src/spec/json-schema.ts";
import { commandsPage } from "./generate/commands.ts";
import { drillsPage } from "./generate/drills.ts";
import { environmentPage } from "./generate/environment.ts";
import { faultsPage } from "./generate/faults.ts";
import { fleetInputSource } from "./generate/fleet-input.ts";
import { MARK, referenceSource } from "./generate/reference.ts";

const ROOT = dirname(import.meta.dirname);
const SPEC = join(ROOT, "packages/tenfold/src/spec");
const DOCS = join(ROOT, "docs/reference");
const REFERENCE = join(DOCS, "file.md");

/** As the formatter of the repository would write it, so that formatting changes nothing. */
function format(name: string, text: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const biome = join(ROOT, "node_modules/.bin/biome");
  const child = execFile(biome, ["format", `--stdin-file-path=${name}`], { cwd: ROOT }, (error, stdout) =>
    error === null ? resolve(stdout) : reject(error),
  );
  child.stdin?.end(text);
  return promise;
}

/** The example of each noun by its folder; that of the whole file under the empty name. */
export async function readExamples(): Promise<ReadonlyMap<string, string>> {
  const examples = new Map<string, string>();
  for await (const file of glob("**/example.yaml", { cwd: SPEC })) {
    const folder = dirname(file);
    examples.set(folder === "." ? "" : folder, await readFile(join(SPEC, file), "utf8"));
  }
  return examples;
}

/** Every generated file by its absolute path, as it should be. */
export async function generate(): Promise<ReadonlyMap<string, string>> {
  const schema = fleetJsonSchema();
  const byHand = (await readFile(REFERENCE, "utf8")).split(MARK)[0] ?? "";
  return new Map([
    [join(ROOT, "packages/tenfold/schema.json"), await format("schema.json", JSON.stringify(schema, null, 2))],
    [join(SPEC, "fleet-input.ts"), await format("fleet-input.ts", fleetInputSource(schema))],
    [REFERENCE, `${byHand.trimEnd()}\n\n${referenceSource(await readExamples())}`],
    [join(DOCS, "commands.md"), commandsPage()],
    [join(DOCS, "faults.md"), faultsPage()],
    [join(DOCS, "drills.md"), drillsPage()],
    [join(DOCS, "environment.md"), environmentPage()],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of await generate()) await writeFile(path, text);
}
