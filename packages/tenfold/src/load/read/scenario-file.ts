import { resolve } from "node:path";
import { Fault } from "../../fault/fault.ts";
import { readJson } from "../../project/json.ts";
import { readText } from "../../project/read-text.ts";
import { findingLines } from "../../project/report.ts";
import { readYaml } from "../../project/yaml.ts";
import { parseScenario } from "../scenario/parse.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** Reads a scenario file. Faults: TF_SCENARIO, TF_SPEC_SYNTAX, TF_FILE_UNREADABLE. */
export async function loadScenario(
  name: string,
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Scenario> {
  const text = await readText(resolve(directory, name), name);
  if (text === null)
    throw new Fault("TF_SCENARIO", `${name} does not exist in ${directory}`, {
      hint: "docs/guides/load.md shows a scenario file",
    });
  const source = name.endsWith(".json") ? readJson(text, name) : readYaml(text, name);
  const parsed = parseScenario(source.value, (variable) => environment[variable] !== undefined);
  const findings = [...source.findings, ...(parsed.ok ? [] : parsed.findings)];
  if (parsed.ok && findings.length === 0) return parsed.scenario;
  throw new Fault("TF_SCENARIO", `${name} has ${findings.length === 1 ? "a problem" : `${findings.length} problems`}`, {
    lines: findingLines([source], findings),
    hint: "docs/guides/load.md describes every key",
  });
}
