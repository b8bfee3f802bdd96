import type { Restore } from "../fleet/backup/restore.ts";
import type { MemberKind } from "../fleet/member.ts";
import type { PlannedStep } from "../fleet/step.ts";
import { Graph } from "./graph.ts";
import { planStop } from "./stop.ts";
import type { World } from "./world.ts";

/** Gets everything ready beside the fleet, which runs on. `live`: its primary can still say that the log is whole. */
export function planStaging({ parts, to }: Pick<Restore, "parts" | "to">, live: boolean): PlannedStep[] {
  const graph = new Graph();
  for (const part of parts) {
    const isPlayed = part === "postgres" && to.kind !== "backup";
    const marked = isPlayed && live ? [graph.add({ kind: "mark", part }, [])] : [];
    const fetched = graph.add({ kind: "fetch", part }, marked);
    if (part === "postgres") graph.add({ kind: "recover", part }, [fetched]);
  }
  return graph.finish();
}

/** The balancer stays, and tells visitors that the fleet is coming. */
function stopsFor(world: World, { parts }: Pick<Restore, "parts">): PlannedStep[] {
  const kinds: MemberKind[] = ["web", "worker", "scheduler", "cache"];
  if (parts.includes("postgres")) kinds.push("pooler", "postgres");
  if (parts.includes("redis")) kinds.push("sentinel", "redis");
  const seen = new Map([...world.seen].filter(([, { member }]) => kinds.includes(member.kind)));
  return planStop({ ...world, seen });
}

/** Stops whoever uses the data or holds it, and then puts the restored parts in place. */
export function planReplace(world: World, restore: Pick<Restore, "parts">): PlannedStep[] {
  const stops = stopsFor(world, restore);
  const replacements = restore.parts.map(
    (part): PlannedStep => ({
      id: `replace ${part}`,
      step: { kind: "replace", part },
      after: stops.map(({ id }) => id),
      any: [],
      always: false,
    }),
  );
  return [...stops, ...replacements];
}

/** Stops whoever has started with the restored data, and puts back what was there. */
export function planReturn(world: World, restore: Pick<Restore, "parts">): PlannedStep[] {
  const stops = stopsFor(world, restore);
  const back: PlannedStep = {
    id: "put back",
    step: { kind: "putBack", part: "all" },
    after: stops.map(({ id }) => id),
    any: [],
    always: true,
  };
  return [...stops, back];
}
