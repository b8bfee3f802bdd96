import { diagnose } from "./diagnose.ts";
import type { Finding, Path } from "./path.ts";
import { isMap, type Plain, type PlainMap } from "./plain.ts";
import { raisedBy } from "./raised.ts";
import { fleetFile, type Spec } from "./spec.ts";

const MOST_ROUNDS = 6;
const STAND_IN = "true";

/** The map without what is at a path. Of lists, the whole goes. What is not there takes what holds it along. */
function without(value: PlainMap, path: Path): PlainMap {
  const [key, ...rest] = path;
  if (typeof key !== "string") return value;
  const { [key]: member, ...others } = value;
  if (rest.length === 0 || !isMap(member) || typeof rest[0] !== "string") return others;
  const last = rest.length === 1;
  if (last && !Object.hasOwn(member, rest[0])) return others;
  return { ...others, [key]: without(member, rest) };
}

/** A web tier that lost its command keeps what else it says. */
function withCommand(value: Plain): PlainMap {
  if (!isMap(value)) return { web: STAND_IN };
  const { web } = value;
  if (!isMap(web)) return { ...value, web: typeof web === "string" || Array.isArray(web) ? web : STAND_IN };
  return Object.hasOwn(web, "command") ? value : { ...value, web: { ...web, command: STAND_IN } };
}

export interface Mended {
  /** Only for looking further, never for running. `undefined` when too little is left. */
  readonly rest: Spec | undefined;
  /** What the schema's own checks between fields say, which they could not before the rest was mended. */
  readonly findings: readonly Finding[];
}

/** What a value says where nothing is wrong: places that are wrong become their defaults. */
export function mend(value: PlainMap, wrong: readonly Path[]): Mended {
  const findings: Finding[] = [];
  let rest = value;
  let paths = wrong;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    for (const path of paths) rest = without(rest, path);
    rest = withCommand(rest);
    const parsed = fleetFile.safeParse(rest);
    if (parsed.success) return { rest: parsed.data, findings };
    findings.push(...raisedBy(fleetFile, rest));
    paths = diagnose(rest, { schema: fleetFile, root: fleetFile, path: [], origin: () => undefined }).map(
      (finding) => finding.path,
    );
  }
  return { rest: undefined, findings };
}
