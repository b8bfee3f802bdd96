import type { MemberName } from "../fleet/member.ts";
import type { PlannedStep, Step } from "../fleet/step.ts";
import { Graph } from "./graph.ts";
import type { World } from "./world.ts";

/** A dump becomes the database while clients of the pooler wait; until then everybody works on the one that there is. */
export function planImport(
  dump: { readonly path: string; readonly database: string | null; readonly replace: boolean },
  world: World,
): PlannedStep[] {
  const graph = new Graph();
  const named = (kind: "pooler"): MemberName[] =>
    world.desired.filter(({ member }) => member.kind === kind).map(({ member }) => member.name);
  const poolers = named("pooler");
  const { postgresPrimary } = world.topology;
  const loaded = graph.add({ kind: "load", ...dump }, []);
  const paused = poolers.map((member) => graph.add({ kind: "pause", member }, [loaded]));
  const exchanged = graph.add({ kind: "exchange", path: dump.path }, [loaded, ...paused]);
  const setUp = postgresPrimary === null ? [] : [graph.add({ kind: "setup", member: postgresPrimary }, [exchanged])];
  for (const member of poolers) {
    const resume: Step = { kind: "resume", member };
    graph.add(resume, [exchanged, ...paused, ...setUp], { always: true });
  }
  return graph.finish();
}
