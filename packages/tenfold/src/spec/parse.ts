import type { Result } from "../fault/result.ts";
import { diagnose, MOST_FINDINGS } from "./diagnose.ts";
import { mend } from "./mend.ts";
import { nameFrom } from "./name-from.ts";
import { type Finding, formatPath, isWithin, type Path } from "./path.ts";
import { copyPlain, isMap, type Plain } from "./plain.ts";
import { withoutExtensions } from "./rewrite.ts";
import { RULES } from "./rules.ts";
import { fleetFile, type Spec } from "./spec.ts";

/** A specification, or every finding about the value that should have been one. */
export type Checked =
  | { readonly ok: true; readonly spec: Spec }
  | {
      readonly ok: false;
      readonly findings: readonly Finding[];
      /** What remains when all that is wrong takes its default: to look further, never to run. */
      readonly rest: Spec | undefined;
    };

/** What is known about a value beside the value itself. */
export interface Known {
  /** Made into the fleet's name when the file has none. */
  readonly directoryName: string;
  /** What is wrong already; places within these are not judged again. */
  readonly findings?: readonly Finding[];
  /** Where a value is not known yet; places within these are not judged at all, and there is no specification. */
  readonly unknown?: readonly Path[];
  /** The text with references that the value at a path came from. */
  readonly origin?: (path: Path) => string | undefined;
}

const LEAST = "it must be a map with web at least, for example web: node server.js";

function notAMap(value: Plain): Finding {
  if (value === null || value === "") return { path: [], message: `is empty; ${LEAST}` };
  return { path: [], message: `is ${Array.isArray(value) ? "a list" : `only a ${typeof value}`} at the top; ${LEAST}` };
}

function broken(spec: Spec | undefined, places: readonly Path[]): Finding[] {
  if (spec === undefined) return [];
  const found = RULES.flatMap((rule) => rule(spec));
  return found
    .filter(({ path, others = [] }) =>
      [path, ...others].every((one) => !places.some((place) => isWithin(one, place) || isWithin(place, one))),
    )
    .map(({ path, message }) => ({ path, message }));
}

/** Checks plain data. Rules that join fields are applied to what is left when all that is wrong by itself is taken away. */
export function checkSpec(plain: Plain, known: Known): Checked {
  const already = known.findings ?? [];
  const closed = [...already.map(({ path }) => path), ...(known.unknown ?? [])];
  if (!isMap(plain)) return { ok: false, findings: [...already, notAMap(plain)], rest: undefined };
  if (closed.some((path) => path.length === 0)) return { ok: false, findings: already, rest: undefined };
  const value = withoutExtensions({ name: nameFrom(known.directoryName), ...plain }, fleetFile);
  const parsed = fleetFile.safeParse(value);
  if (parsed.success && closed.length === 0) {
    const findings = broken(parsed.data, []);
    return findings.length === 0 ? { ok: true, spec: parsed.data } : { ok: false, findings, rest: parsed.data };
  }
  if (!isMap(value)) return { ok: false, findings: [...already, notAMap(value)], rest: undefined };
  const origin = known.origin ?? (() => undefined);
  const found = parsed.success ? [] : diagnose(value, { schema: fleetFile, root: fleetFile, path: [], origin });
  const open = found.filter(({ path }) => !closed.some((one) => isWithin(path, one)));
  if (open.length >= MOST_FINDINGS) {
    const more = { path: [], message: "has more problems, which are not shown" };
    return { ok: false, findings: [...already, ...open.slice(0, MOST_FINDINGS), more], rest: undefined };
  }
  const wrong = [...closed, ...open.map(({ path }) => path)];
  const { rest, findings: later } = mend(value, wrong);
  const said = later.filter(({ path }) => !wrong.some((one) => isWithin(path, one)));
  const all = [...wrong, ...said.map(({ path }) => path)];
  return { ok: false, findings: [...already, ...open, ...said, ...broken(rest, all)], rest };
}

/**
 * Parses what a fleet file holds, of any origin. Applies every default; keeps references in `env` and URLs, and takes
 * any other text as it is. Never throws: all problems come back at once.
 */
export function parseSpec(raw: unknown, directoryName: string): Result<Spec> {
  const { plain, findings } = copyPlain(raw);
  const checked = checkSpec(plain, { directoryName, findings });
  if (checked.ok) return { ok: true, value: checked.spec };
  return {
    ok: false,
    problems: checked.findings.map(({ path, message }) => ({ path: formatPath(path), message })),
  };
}
