import type { Member, MemberKind, MemberName } from "../fleet/member.ts";
import type { PlannedStep, Step } from "../fleet/step.ts";
import { Graph } from "./graph.ts";
import type { World } from "./world.ts";

type Follower = Pick<Member, "name" | "kind">;

/** Everyone who lives turns to a primary; the pooler's clients go on as soon as the pooler knows of it. */
function addFollowers(graph: Graph, after: readonly string[], followers: readonly Follower[]): void {
  const named = (kind: MemberKind): MemberName[] =>
    followers.filter((member) => member.kind === kind).map(({ name }) => name);
  for (const member of named("postgres")) graph.add({ kind: "reload", member }, after);
  for (const member of named("balancer")) graph.add({ kind: "follow", member }, after);
  for (const member of named("pooler"))
    graph.add({ kind: "resume", member }, [graph.add({ kind: "reload", member }, after)]);
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
  const others = world.desired.map(({ member }) => member).filter(({ name }) => name !== from);
  addFollowers(graph, [switched], others);
  graph.chain(
    (["prepare", "start", "ready", "attach"] as const).map((kind): Step => ({ kind, member: from })),
    [switched],
  );
  return graph.finish();
}

/** The primary is gone and fenced, and this one is certain to have all that was acknowledged. */
export function planPromotion(to: MemberName): PlannedStep[] {
  const graph = new Graph();
  graph.add({ kind: "promote", member: to, from: null }, []);
  return graph.finish();
}

/** There is a primary again, and these members run. */
export function planFollow(primary: MemberName, running: readonly Follower[]): PlannedStep[] {
  const graph = new Graph();
  addFollowers(
    graph,
    [],
    running.filter(({ name }) => name !== primary),
  );
  return graph.finish();
}

/** A planned switch of the Redis master. */
export function planRedisSwitch(to: MemberName, world: World): PlannedStep[] {
  const graph = new Graph();
  if (world.topology.redisMaster !== to) graph.add({ kind: "switch", member: to }, []);
  return graph.finish();
}
