import type { MemberName } from "../fleet/member.ts";
import type { PlannedStep, Step } from "../fleet/step.ts";
import { Graph } from "./graph.ts";
import type { World } from "./world.ts";

/** A planned switch of the PostgreSQL primary: clients of the pooler wait, nothing that was acknowledged is missing. */
export function planPostgresSwitch(to: MemberName, world: World): PlannedStep[] {
  const graph = new Graph();
  const from = world.topology.postgresPrimary;
  if (from === null || from === to) return [];
  const named = (kind: "pooler" | "balancer" | "postgres"): MemberName[] =>
    world.desired.filter(({ member }) => member.kind === kind).map(({ member }) => member.name);
  const poolers = named("pooler");
  const others = named("postgres").filter((name) => name !== from && name !== to);
  const switched = graph.chain(
    [
      { kind: "checkpoint", member: from },
      ...poolers.map((member): Step => ({ kind: "pause", member })),
      { kind: "stop", member: from },
      { kind: "promote", member: to, from },
    ],
    [],
  );
  const followed = [
    ...others.map((member) => graph.add({ kind: "reload", member }, [switched])),
    ...named("balancer").map((member) => graph.add({ kind: "follow", member }, [switched])),
    ...poolers.map((member) => graph.add({ kind: "reload", member }, [switched])),
  ];
  for (const member of poolers) graph.add({ kind: "resume", member }, followed);
  graph.chain(
    (["prepare", "start", "ready", "attach"] as const).map((kind): Step => ({ kind, member: from })),
    [switched],
  );
  return graph.finish();
}

/** A planned switch of the Redis master. */
export function planRedisSwitch(to: MemberName, world: World): PlannedStep[] {
  const graph = new Graph();
  if (world.topology.redisMaster !== to) graph.add({ kind: "switch", member: to }, []);
  return graph.finish();
}
