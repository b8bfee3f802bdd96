import type { Member, MemberKind, MemberName } from "../fleet/member.ts";
import type { PlannedStep, Step } from "../fleet/step.ts";
import { Graph } from "./graph.ts";
import type { World } from "./world.ts";

/** Somebody who runs and has to know who the primary is. */
export interface Follower extends Pick<Member, "name" | "kind"> {
  /** It has been told. */
  readonly knows: boolean;
}

/** Everyone who lives turns to a primary; the pooler's clients go on as soon as the pooler knows of it. */
function addFollowers(graph: Graph, after: readonly string[], followers: readonly Follower[]): void {
  const ofKind = (kind: MemberKind): readonly Follower[] => followers.filter((member) => member.kind === kind);
  const tell = ({ name, knows }: Follower): readonly string[] =>
    knows ? after : [graph.add({ kind: "reload", member: name }, after)];
  for (const server of ofKind("postgres")) tell(server);
  for (const { name } of ofKind("balancer")) graph.add({ kind: "follow", member: name }, after);
  for (const pooler of ofKind("pooler")) graph.add({ kind: "resume", member: pooler.name }, tell(pooler));
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
  const others = world.desired.filter(({ member }) => member.name !== from);
  addFollowers(
    graph,
    [switched],
    others.map(({ member: { name, kind } }) => ({ name, kind, knows: false })),
  );
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
