import { inspectReferences } from "../../fleet/references.ts";
import { diagnose } from "../../spec/diagnose.ts";
import type { Finding, Path } from "../../spec/path.ts";
import { isMap, type Plain, type PlainMap } from "../../spec/plain.ts";
import { withoutExtensions } from "../../spec/rewrite.ts";
import { nearest } from "../../units/nearest.ts";
import { unmeasurable } from "../thresholds/check.ts";
import { parseThreshold } from "../thresholds/threshold.ts";
import { namesIn } from "./intended.ts";
import type { Body, Journey, Scenario, Step } from "./scenario.ts";
import { type ScenarioFile, scenarioFile } from "./schema.ts";

/** Names that every visitor has: its number from 1, and something unique each time. */
export const BUILT_IN: readonly string[] = ["visitor", "uuid"];

/** A scenario, or all that is wrong with the value that should have been one. */
export type ParsedScenario =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly findings: readonly Finding[] };

const LEAST = "it must be a map with steps or journeys, for example steps: [{ path: / }]";

/** Where a body stands in its step, and the texts of it that may hold references. */
function bodyTexts(body: Body | null): readonly (readonly [Path, string])[] {
  if (body === null) return [];
  if (body.kind === "form")
    return body.fields.flatMap(([name, value]) => [name, value].map((text) => [["form", name], text] as const));
  return [[[body.kind === "json" ? "json" : "body"], body.text]];
}

/** The texts of a step that may hold references, by their place in it. */
function textsOf(step: Step): readonly (readonly [Path, string])[] {
  const headers = Object.entries(step.headers).map(([name, value]) => [["headers", name], value] as const);
  if (step.kind === "http") return [[["path"], step.path], ...headers, ...bodyTexts(step.body)];
  const message = step.message === null ? [] : [[["message"], step.message] as const];
  return [[["websocket"], step.path], ...headers, ...message];
}

/** What is wrong with the references of steps: they lead to what earlier steps captured, to what every visitor has, and to the environment. */
export function checkReferences(steps: readonly Step[], path: Path, isDefined: (name: string) => boolean): Finding[] {
  const captured: string[] = [];
  const findings: Finding[] = [];
  for (const [at, step] of steps.entries()) {
    const known = [...captured, ...BUILT_IN];
    for (const [place, text] of textsOf(step)) {
      const lookup = (name: string): string | undefined => (known.includes(name) || isDefined(name) ? "x" : undefined);
      const { missing, malformed } = inspectReferences(text, lookup);
      const where: Path = [...path, at, ...place];
      for (const name of missing) {
        const near = nearest(name, known);
        const later = steps.some((other) => other.kind === "http" && other.captures.some((one) => one.name === name));
        const advice = later
          ? "it is captured only by this step or a later one"
          : `did you mean \${${near ?? "visitor"}}? Captures of earlier steps, \${visitor}, \${uuid} and environment variables are possible`;
        findings.push({ path: where, message: `refers to \${${name}}, which nothing defines; ${advice}` });
      }
      for (const source of malformed)
        findings.push({
          path: where,
          message: `holds ${source}, which is no reference; write \${NAME}, or $\${ for the text`,
        });
    }
    if (step.kind === "http") captured.push(...step.captures.map(({ name }) => name));
  }
  return findings;
}

/** Whether something within a place is wrong by itself. */
type IsWrong = (...place: Path) => boolean;

/** What does not go together, whether or not it is right by itself. `isMistyped`: a key that is not known may be steps. */
function checkKeys(value: PlainMap, isMistyped: boolean): Finding[] {
  const findings: Finding[] = [];
  const { steps, journeys } = value;
  const load = isMap(value.load) ? value.load : {};
  const isEmpty = journeys === undefined || (isMap(journeys) && Object.keys(journeys).length === 0);
  if (steps === undefined && isEmpty && !isMistyped)
    findings.push({ path: [], message: `says nothing to do; ${LEAST}` });
  if (steps !== undefined && journeys !== undefined)
    findings.push({ path: ["journeys"], message: "does not go with steps; put the steps into a journey of their own" });
  if (load.visitors !== undefined) {
    for (const key of ["rate", "rampTo", "spikeTo", "trace", "spacing"] as const)
      if (load[key] !== undefined)
        findings.push({
          path: ["load", key],
          message: "does not go with visitors: those come at their own pace; remove one of the two",
        });
  }
  const [shape, ...others] = (["trace", "rampTo", "spikeTo", "rate"] as const).filter((key) => load[key] !== undefined);
  for (const other of others)
    if (other !== "rate" || shape === "trace")
      findings.push({
        path: ["load", other],
        message: `does not go with ${shape}; a trace can describe any shape`,
      });
  return findings;
}

/** What is wrong with what is right by itself. `file`: without what `isWrong`. */
function checkTogether(file: ScenarioFile, isWrong: IsWrong, isDefined: (name: string) => boolean): Finding[] {
  const findings: Finding[] = [];
  const { steps, journeys, thresholds, url } = file;
  if (url !== undefined && !["", "/"].includes(url.replace(/^[a-z]+:\/\/[^/?#]*/, "")))
    findings.push({ path: ["url"], message: "has a path, and steps have paths of their own; leave it away" });
  // Whether visitors have their own pace is known when the options are: they win over the file.
  const measurable = { names: namesIn(allJourneys(file)), isOpen: true };
  const areStepsKnown = !isWrong("steps") && !isWrong("journeys");
  for (const [at, text] of thresholds.entries()) {
    const threshold = parseThreshold(text);
    const unmeasured = threshold.ok && areStepsKnown ? unmeasurable(threshold.threshold, measurable) : null;
    const problem = threshold.ok ? unmeasured : threshold.problem;
    if (problem !== null) findings.push({ path: ["thresholds", at], message: problem });
  }
  findings.push(...checkReferences(steps ?? [], ["steps"], isDefined));
  for (const [name, journey] of Object.entries(journeys ?? {}))
    findings.push(...checkReferences(journey.steps, ["journeys", name, "steps"], isDefined));
  return findings;
}

/** The bodies that exclude each other, which the schema allows side by side. */
function checkBodies(value: Plain, path: Path): Finding[] {
  if (Array.isArray(value)) return value.flatMap((item: Plain, at) => checkBodies(item, [...path, at]));
  if (!isMap(value)) return [];
  const bodies = ["body", "json", "form"].filter((key) => Object.hasOwn(value, key));
  const [first, second] = bodies;
  return first === undefined || second === undefined
    ? []
    : [{ path: [...path, second], message: `does not go with ${first}; a request has one body` }];
}

function bodiesIn(value: Plain): Finding[] {
  if (!isMap(value)) return [];
  const journeys = isMap(value.journeys) ? Object.entries(value.journeys) : [];
  return [
    ...checkBodies(value.steps ?? null, ["steps"]),
    ...journeys.flatMap(([name, one]) =>
      isMap(one) ? checkBodies(one.steps ?? null, ["journeys", name, "steps"]) : [],
    ),
  ];
}

function allJourneys({ steps, journeys }: ScenarioFile): Pick<Journey, "steps">[] {
  return [...(steps === undefined ? [] : [{ steps }]), ...Object.values(journeys ?? {})];
}

function withHeaders(steps: readonly Step[], headers: Readonly<Record<string, string>>): Step[] {
  return steps.map((step) => ({ ...step, headers: { ...headers, ...step.headers } }));
}

function journeysOf({ steps, journeys, headers }: ScenarioFile): Journey[] {
  if (steps !== undefined) return [{ name: "all", weight: 1, steps: withHeaders(steps, headers) }];
  return Object.entries(journeys ?? {}).map(([name, { weight, steps: own }]) => ({
    name,
    weight,
    steps: withHeaders(own, headers),
  }));
}

/** A file without what is wrong by itself, where other journeys go on. */
function restOf(value: PlainMap, isWrong: IsWrong): PlainMap {
  const journeys = isMap(value.journeys) ? Object.entries(value.journeys) : null;
  const right = Object.entries(value).filter(([key]) => key !== "journeys" && !isWrong(key));
  if (journeys === null) return Object.fromEntries(right);
  const others = Object.fromEntries(journeys.filter(([name]) => !isWrong("journeys", name)));
  return { ...Object.fromEntries(right), journeys: others };
}

/** Parses what a scenario file holds. `isDefined`: whether the environment has a variable. Never throws. */
export function parseScenario(plain: Plain, isDefined: (name: string) => boolean): ParsedScenario {
  if (!isMap(plain)) {
    const what = plain === null || plain === "" ? "is empty" : Array.isArray(plain) ? "is a list" : "is no map";
    return { ok: false, findings: [{ path: [], message: `${what}; ${LEAST}` }] };
  }
  const known = withoutExtensions(plain, scenarioFile);
  const value = isMap(known) ? known : {};
  const whole = scenarioFile.safeParse(value);
  const issues = whole.error?.issues ?? [];
  const wrong = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path],
  );
  const isWrong: IsWrong = (...place) => wrong.some((path) => place.every((key, at) => path[at] === key));
  const parsed = whole.success ? whole : scenarioFile.safeParse(restOf(value, isWrong));
  const place = { schema: scenarioFile, root: scenarioFile, path: [], origin: () => undefined };
  const isMistyped = issues.some(({ code, path }) => code === "unrecognized_keys" && path.length === 0);
  const wrongs = whole.success ? [] : diagnose(value, place);
  const findings = [...wrongs, ...bodiesIn(value), ...checkKeys(value, isMistyped)];
  if (!parsed.success) return { ok: false, findings };
  findings.push(...checkTogether(parsed.data, isWrong, isDefined));
  if (findings.length > 0) return { ok: false, findings };
  const { url, load, thresholds } = parsed.data;
  return { ok: true, scenario: { url: url ?? null, journeys: journeysOf(parsed.data), load, thresholds } };
}
