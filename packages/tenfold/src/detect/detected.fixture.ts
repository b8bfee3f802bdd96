import assert from "node:assert/strict";
import { parse } from "yaml";
import { parseSpec } from "../spec/parse.ts";
import type { Spec } from "../spec/spec.ts";
import { detect } from "./detect.ts";
import type { Detection } from "./detection.ts";
import { formatProposal, proposalValue } from "./format.ts";

/** A project in a test: texts by path; `null` for a file that is only there. */
export type Files = Readonly<Record<string, string | null>>;

export type Found = Extract<Detection, { found: true }>;

/** What a test looks at. */
export interface Detected {
  readonly detection: Found;
  readonly framework: string;
  readonly command: string;
  /** The proposal, as the file of a fleet is parsed. */
  readonly spec: Spec;
  readonly yaml: string;
  readonly warnings: string;
}

/** Detects, and checks what holds for every proposal: its text says the same as its value, and is a valid file. */
export function detected(files: Files, directory = "shop"): Detected {
  const detection = detect({ directory, files: Object.entries(files).map(([path, text]) => ({ path, text })) });
  assert.ok(detection.found, "nothing was found");
  const yaml = formatProposal(detection);
  assert.deepEqual(parse(yaml), proposalValue(detection.proposal), yaml);
  assert.match(yaml, /^# yaml-language-server: \$schema=\S+\n/);
  const parsed = parseSpec(parse(yaml), directory);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  assert.ok(detection.evidence.length > 0, "a proposal has evidence");
  const { command } = detection.proposal.web;
  return {
    detection,
    framework: detection.framework,
    command,
    spec: parsed.value,
    yaml,
    warnings: detection.warnings.join("\n"),
  };
}
