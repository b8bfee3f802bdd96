import type { MemberKind } from "../fleet/member.ts";
import type { PlannedStep } from "../fleet/step.ts";
import { Graph } from "./graph.ts";
import type { Seen, World } from "./world.ts";

/** Who uses others stops before them; the leaders of the data tier before their replicas, which so get all of it. */
const WAVES: readonly (readonly MemberKind[])[] = [
  ["web", "worker", "scheduler", "prometheus", "alertmanager"],
  ["balancer", "pooler"],
  ["sentinel", "cache"],
  ["redis", "postgres"],
];

/** Stops everything, in the order of removal. */
export function planStop(world: World): PlannedStep[] {
  const graph = new Graph();
  const isLeader = ({ member }: Seen): boolean =>
    member.name === world.topology.postgresPrimary || member.name === world.topology.redisMaster;
  let before: string[] = [];
  for (const kinds of WAVES) {
    const members = [...world.seen.values()].filter(({ member, alive }) => alive && kinds.includes(member.kind));
    const leaders = new Map(members.filter(isLeader).map(({ member }) => [member.kind, `stop ${member.name}`]));
    const wave: string[] = [];
    for (const seen of members) {
      const name = seen.member.name;
      const leader = leaders.get(seen.member.kind);
      const after = leader === undefined || isLeader(seen) ? before : [...before, leader];
      const drains = seen.attached && seen.member.kind === "web";
      const drained = drains
        ? [
            graph.chain(
              [
                { kind: "detach", member: name },
                { kind: "drain", member: name },
              ],
              after,
              true,
            ),
          ]
        : after;
      wave.push(graph.add({ kind: "stop", member: name }, drained, { always: true }));
    }
    if (wave.length > 0) before = wave;
  }
  return graph.finish();
}
