import type { Member, MemberKind } from "../fleet/member.ts";
import type { PlannedStep, Step } from "../fleet/step.ts";
import { Graph } from "./graph.ts";
import { planRollout } from "./rollout.ts";
import type { Desired, World } from "./world.ts";

/** Services first, those that others follow last among them; then what uses them. */
const ORDER: readonly MemberKind[] = [
  "sentinel",
  "cache",
  "redis",
  "postgres",
  "pooler",
  "balancer",
  "worker",
  "scheduler",
  "web",
  "prometheus",
  "alertmanager",
];

function inPlace(
  member: Member,
  around: { readonly before: readonly Step[]; readonly after: readonly Step[] },
): Step[] {
  const name = member.name;
  return [
    ...around.before,
    { kind: "stop", member: name },
    { kind: "start", member: name },
    { kind: "ready", member: name },
    ...around.after,
  ];
}

function stepsFor(member: Member, world: World): Step[] {
  const pooler = world.desired.find((desired) => desired.member.kind === "pooler")?.member;
  const name = member.name;
  switch (member.kind) {
    case "balancer":
      // A new process takes the sockets over from the old one.
      return [{ kind: "reload", member: name }];
    case "pooler":
      return [
        { kind: "handOver", member: name },
        { kind: "ready", member: name },
      ];
    case "postgres": {
      if (name !== world.topology.postgresPrimary) {
        const leave: Step[] = [
          { kind: "detach", member: name },
          { kind: "drain", member: name },
        ];
        return inPlace(member, { before: leave, after: [{ kind: "attach", member: name }] });
      }
      const before: Step[] = [{ kind: "checkpoint", member: name }];
      if (pooler === undefined) return inPlace(member, { before, after: [] });
      return inPlace(member, {
        before: [...before, { kind: "pause", member: pooler.name }],
        after: [{ kind: "resume", member: pooler.name }],
      });
    }
    case "redis": {
      const other = world.desired.find((desired) => desired.member.kind === "redis" && desired.member.name !== name);
      const isMaster = name === world.topology.redisMaster;
      return inPlace(member, {
        before: isMaster && other !== undefined ? [{ kind: "switch", member: other.member.name }] : [],
        after: [],
      });
    }
    default:
      return inPlace(member, { before: [], after: [] });
  }
}

/** Restarts members that run, dropping nothing that can be kept: one after the other within a kind, leaders last. */
export function planRestart(chosen: readonly Desired[], world: World): PlannedStep[] {
  const graph = new Graph();
  const isLeader = ({ member }: Desired): number =>
    member.name === world.topology.postgresPrimary || member.name === world.topology.redisMaster ? 1 : 0;
  let before: readonly string[] = [];
  for (const kind of ORDER) {
    const members = chosen.filter(({ member }) => member.kind === kind).sort((a, b) => isLeader(a) - isLeader(b));
    if (kind === "web") {
      const serving = members.filter(({ member }) => world.seen.get(member.name)?.attached === true);
      const idle = members.filter((desired) => !serving.includes(desired));
      for (const { member } of idle)
        graph.chain([...stepsFor(member, world), { kind: "attach", member: member.name }], before);
      planRollout(graph, serving, world);
      continue;
    }
    for (const { member } of members) before = [graph.chain(stepsFor(member, world), before)];
  }
  return graph.finish();
}
