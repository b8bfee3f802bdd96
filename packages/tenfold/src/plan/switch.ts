import type { MemberKind, MemberName } from "../fleet/member.ts";
import type { PlannedStep, Step } from "../fleet/step.ts";
import { Graph } from "./graph.ts";
import type { World } from "./world.ts";

/** Everyone turns to the primary that was just promoted by `switched`; then the pooler's clients go on. */
function addFollowers(graph: Graph, switched: string, former: MemberName, world: World): void {
  const named = (kind: MemberKind): MemberName[] =>
    world.desired.filter(({ member }) => member.kind === kind).map(({ member }) => member.name);
  const followed = [
    ...named("postgres")
      .filter((name) => name !== former)
      .map((member) => graph.add({ kind: "reload", member }, [switched])),
    ...named("balancer").map((member) => graph.add({ kind: "follow", member }, [switched])),
    ...named("pooler").map((member) => graph.add({ kind: "reload", member }, [switched])),
  ];
  for (const member of named("pooler")) graph.add({ kind: "resume", member }, followed);
}

/** A planned switch of the PostgreSQL primary: clients of the pooler wait, nothing that was acknowledged is missing. */
export function planPostgresSwitch(to: MemberName, world: World): PlannedStep[] {
  const graph = new Graph();
  const from = world.topology.postgresPrimary;
  if (from === null || from === to) return [];
  const poolers = world.desired.filter(({ member }) => member.kind === "pooler").map(({ member }) => member.name);
  const switched = graph.chain(
    [
      { kind: "checkpoint", member: from },
      ...poolers.map((member): Step => ({ kind: "pause", member })),
      { kind: "stop", member: from },
      { kind: "promote", member: to, from },
    ],
    [],
  );
  addFollowers(graph, switched, from, world);
  graph.chain(
    (["prepare", "start", "ready", "attach"] as const).map((kind): Step => ({ kind, member: from })),
    [switched],
  );
  return graph.finish();
}

/** What follows when the primary is gone and fenced, and another is certain to have all that was acknowledged. */
export function planPostgresTakeover(to: MemberName, world: World): PlannedStep[] {
  const graph = new Graph();
  const former = world.topology.postgresPrimary ?? to;
  const switched = graph.add({ kind: "promote", member: to, from: null }, []);
  addFollowers(graph, switched, former, world);
  return graph.finish();
}

/** A planned switch of the Redis master. */
export function planRedisSwitch(to: MemberName, world: World): PlannedStep[] {
  const graph = new Graph();
  if (world.topology.redisMaster !== to) graph.add({ kind: "switch", member: to }, []);
  return graph.finish();
}
