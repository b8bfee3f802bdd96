import type { MemberName } from "../fleet/member.ts";
import type { Step } from "../fleet/step.ts";
import type { Graph } from "./graph.ts";
import { planRemoval } from "./remove.ts";
import type { Desired, World } from "./world.ts";

/** Replaces a serving instance in place. */
function replacement(name: MemberName): Step[] {
  return (["detach", "drain", "stop", "start", "ready", "attach"] as const).map((kind) => ({ kind, member: name }));
}

/**
 * Replaces serving web instances without ever having fewer than before: surge instances start first and serve while
 * the others are replaced, as many at a time as there are surge instances, under their own names. Then the surge
 * instances leave, also when a replacement failed. Gives the ids of the last attachments.
 */
export function planRollout(graph: Graph, replaced: readonly Desired[], world: World): string[] {
  if (replaced.length === 0) return [];
  const gate = world.releasesToRun.map((release) => `release ${release}`);
  const arrived = world.surge.map(({ member }) => {
    const seen = world.seen.get(member.name);
    const steps: Step[] = seen?.alive === true ? [] : [{ kind: "start", member: member.name }];
    steps.push({ kind: "ready", member: member.name }, { kind: "attach", member: member.name });
    return graph.chain(steps, gate);
  });
  const width = Math.max(1, world.surge.length);
  let before = world.surge.length === 0 ? gate : arrived;
  for (let at = 0; at < replaced.length; at += width) {
    const batch = replaced.slice(at, at + width);
    const previous = before;
    before = batch.map(({ member }) => graph.chain(replacement(member.name), previous));
  }
  for (const { member } of world.surge) {
    const seen = { member, alive: true, ready: true, attached: true, restartKey: "", reloadKey: "" };
    planRemoval(graph, seen, [...before, ...arrived], true);
  }
  return before;
}
