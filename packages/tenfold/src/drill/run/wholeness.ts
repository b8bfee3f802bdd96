import type { FleetReport, MemberReport } from "@tenfold/protocol";
import type { Stroke } from "../../targets/breaker.ts";

/** A stroke, and whether the process that it met is still there and still frozen. */
export interface StrokeState {
  readonly stroke: Stroke;
  readonly isThere: boolean;
  readonly isThawed: boolean;
}

type Members = readonly MemberReport[];

function count(members: Members, kind: string): number {
  return members.filter((member) => member.kind === kind).length;
}

/** What a stroke still leaves undone, in words; `null` when that member runs again. */
function undone({ stroke, isThere, isThawed }: StrokeState, members: Members): string | null {
  const member = members.find(({ name }) => name === stroke.member);
  if (member === undefined) return null;
  if (stroke.how === "freeze" && isThere) return isThawed ? null : `${stroke.member} is still frozen`;
  // Whoever reports may not have noticed yet: the dead is still named as running.
  if (isThere || member.pid === stroke.pid || member.pid === null) return `${stroke.member} does not run`;
  return null;
}

/** Whether everybody who was struck runs again and is ready; in words what is missing, or `null`. */
export function notBack(report: FleetReport, strokes: readonly StrokeState[]): string | null {
  for (const state of strokes) {
    const missing = undone(state, report.members);
    if (missing !== null) return missing;
    const member = report.members.find(({ name }) => name === state.stroke.member);
    if (member !== undefined && member.state !== "ready") return `${member.name} is ${member.state}`;
  }
  return null;
}

/** What a fleet still lacks of what it had before, in words; `null` when it has all of it again. */
export function notWhole(report: FleetReport, before: FleetReport, strokes: readonly StrokeState[]): string | null {
  const back = notBack(report, strokes);
  if (back !== null) return back;
  const bad = report.members.find(({ state }) => state !== "ready");
  if (bad !== undefined) return `${bad.name} is ${bad.state}${bad.detail === null ? "" : `: ${bad.detail}`}`;
  if (report.state !== "healthy") return `the fleet is ${report.state}`;
  const fewer = before.members.find(({ kind }) => count(report.members, kind) < count(before.members, kind));
  if (fewer !== undefined) return `there are fewer members of the kind ${fewer.kind} than before`;
  for (const role of ["primary", "master"]) {
    const leaders = report.members.filter((member) => member.role === role).map(({ name }) => name);
    const had = before.members.some((member) => member.role === role);
    if (had && leaders.length !== 1) return leaders.length === 0 ? `there is no ${role}` : `${leaders} are all ${role}`;
  }
  return null;
}
