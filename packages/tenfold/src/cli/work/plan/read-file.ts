import { resolve } from "node:path";
import { Fault } from "../../../fault/fault.ts";
import { readJson } from "../../../project/json.ts";
import { readText } from "../../../project/read-text.ts";
import { findingLines } from "../../../project/report.ts";
import type { Source } from "../../../project/source.ts";
import { readYaml } from "../../../project/yaml.ts";
import type { Finding } from "../../../spec/path.ts";
import type { Context } from "../../context.ts";

type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Reads YAML or JSON that a plan needs. Faults: TF_PLAN_FILE, TF_SPEC_SYNTAX, TF_FILE_UNREADABLE. */
export async function readPlanFile<T>(
  context: Context,
  name: string,
  parse: (value: Source["value"]) => Parsed<T>,
): Promise<T> {
  const { directory } = context.options;
  const text = await readText(resolve(directory, name), name);
  if (text === null)
    throw new Fault("TF_PLAN_FILE", `${name} does not exist in ${directory}`, {
      hint: "docs/guides/capacity.md shows what it holds",
    });
  const source = name.endsWith(".json") ? readJson(text, name) : readYaml(text, name);
  const parsed = parse(source.value);
  const findings = [...source.findings, ...(parsed.ok ? [] : parsed.findings)];
  if (parsed.ok && findings.length === 0) return parsed.value;
  throw new Fault(
    "TF_PLAN_FILE",
    `${name} has ${findings.length === 1 ? "a problem" : `${findings.length} problems`}`,
    {
      lines: findingLines([source], findings),
      hint: "docs/guides/capacity.md describes every key",
    },
  );
}
