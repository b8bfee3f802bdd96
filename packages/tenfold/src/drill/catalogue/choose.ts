import type { MemberReport } from "@tenfold/protocol";
import { Fault } from "../../fault/fault.ts";
import { nearest } from "../../units/nearest.ts";
import { DRILLS } from "./catalogue.ts";
import { type Act, type Drill, describeWhom, type Whom } from "./drill.ts";
import { pick } from "./pick.ts";

type Members = readonly Pick<MemberReport, "name" | "kind" | "role">[];

function matches(members: Members, { kind, role }: Whom): Members {
  return members.filter((member) => member.kind === kind && (role === null || member.role === role));
}

/** What an order needs to be possible at all. */
function needsOf(act: Act): readonly Whom[] {
  if (act.act === "strike") return act.whom;
  if (act.act !== "order" || act.order !== "failover") return [];
  return [{ kind: act.service, role: "replica", count: 1 }];
}

/** What must be there at once: what is struck between two moments at which the fleet is whole. */
function neededAtOnce(drill: Drill): Whom[][] {
  const stages: Whom[][] = [[]];
  for (const act of drill.acts) {
    if (act.act === "await") stages.push([]);
    const stage = stages.at(-1) as Whom[];
    for (const whom of needsOf(act)) {
      const same = stage.findIndex(({ kind, role }) => kind === whom.kind && role === whom.role);
      if (same === -1) stage.push(whom);
      else stage[same] = { ...whom, count: whom.count + (stage[same]?.count ?? 0) };
    }
  }
  return stages;
}

/** What a drill needs and the fleet lacks, in words; `null` when it can be run. */
export function lacks(drill: Drill, members: Members): string | null {
  const missing = neededAtOnce(drill)
    .flat()
    .find((whom) => whom.kind !== "engine" && matches(members, whom).length < whom.count);
  return missing === undefined ? null : `the fleet lacks ${describeWhom(missing)}`;
}

/** Who is struck, by the random numbers; none twice. `null` when there are not enough. */
export function choose(whom: readonly Whom[], members: Members, random: () => number): string[] | null {
  const chosen: string[] = [];
  for (const one of whom) {
    for (let at = 0; at < one.count; at += 1) {
      const candidates = one.kind === "engine" ? ["engine"] : matches(members, one).map(({ name }) => name);
      const left = candidates.filter((name) => !chosen.includes(name));
      if (left.length === 0) return null;
      chosen.push(pick(random, left));
    }
  }
  return chosen;
}

/** Drills by name. Fault: TF_ARGUMENT naming the nearest. */
export function drillsNamed(names: readonly string[]): Drill[] {
  return names.map((name) => {
    const found = DRILLS.find((drill) => drill.name === name);
    if (found !== undefined) return found;
    const near = nearest(
      name,
      DRILLS.map((drill) => drill.name),
    );
    throw new Fault(
      "TF_ARGUMENT",
      `there is no drill ${JSON.stringify(name)}${near === undefined ? "" : `; did you mean ${near}?`}`,
      { hint: "tenfold drill --list shows all of them" },
    );
  });
}

/** So many drills that the fleet can do, by the random numbers. */
export function randomDrills(count: number, members: Members, random: () => number): Drill[] {
  const possible = DRILLS.filter((drill) => lacks(drill, members) === null);
  return Array.from({ length: count }, () => pick(random, possible));
}
