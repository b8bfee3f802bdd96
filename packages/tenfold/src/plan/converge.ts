import { isApplication, type Member, type MemberKind } from "../fleet/member.ts";
import type { PlannedStep, Step } from "../fleet/step.ts";
import { Graph } from "./graph.ts";
import { planRemoval } from "./remove.ts";
import { planRollout } from "./rollout.ts";
import type { Desired, Seen, World } from "./world.ts";

const WITH_DATA: ReadonlySet<MemberKind> = new Set([
  "postgres",
  "redis",
  "cache",
  "sentinel",
  "balancer",
  "prometheus",
  "alertmanager",
]);

/** The steps that bring a member up from nothing; `attach` last where something sends it requests. */
export function stepsToStart(member: Member, world: World): Step[] {
  const name = member.name;
  const steps: Step[] = WITH_DATA.has(member.kind) ? [{ kind: "prepare", member: name }] : [];
  steps.push({ kind: "start", member: name }, { kind: "ready", member: name });
  if (name === world.topology.postgresPrimary) {
    if (world.unpromoted) steps.push({ kind: "promote", member: name, from: null });
    steps.push({ kind: "setup", member: name });
  }
  if (isAttachable(member, world)) steps.push({ kind: "attach", member: name });
  return steps;
}

/** Whether something sends it requests: web instances that do not stand by, and PostgreSQL's replicas. */
export function isAttachable(member: Pick<Member, "name" | "kind" | "duty">, world: World): boolean {
  return (
    (member.kind === "web" && member.duty !== "standby") ||
    (member.kind === "postgres" && member.name !== world.topology.postgresPrimary)
  );
}

/** Ids of steps after which a member's needs are met, and after which a release's members may start. */
function gates(member: Member, world: World): string[] {
  const needs = member.needs.flatMap((name) =>
    name === world.topology.postgresPrimary ? [`ready ${name}`, `promote ${name}`, `setup ${name}`] : [`ready ${name}`],
  );
  return member.release !== null && world.releasesToRun.includes(member.release)
    ? [...needs, `release ${member.release}`]
    : needs;
}

function addMember(
  graph: Graph,
  { member, restartKey, reloadKey }: Desired,
  { world, proven }: { readonly world: World; readonly proven: readonly string[] },
): void {
  const seen = world.seen.get(member.name);
  const name = member.name;
  if (seen === undefined || !seen.alive) {
    addStart(graph, member, world, []);
    return;
  }
  if (seen.restartKey !== restartKey) {
    // Serving instances are replaced by the rollout, one after the other.
    if (member.kind === "web" && seen.attached) return;
    const stopped = graph.add({ kind: "stop", member: name }, isApplication(member.kind) ? proven : []);
    addStart(graph, member, world, [stopped]);
    return;
  }
  const reloaded =
    seen.reloadKey === reloadKey
      ? []
      : [graph.add({ kind: "reload", member: name }, [], { any: firstReplicas(member, world) })];
  const ready = seen.ready ? reloaded : [graph.add({ kind: "ready", member: name }, reloaded)];
  if (name === world.topology.postgresPrimary && world.unpromoted) {
    graph.chain(
      [
        { kind: "promote", member: name, from: null },
        { kind: "setup", member: name },
      ],
      ready,
    );
  }
  if (isAttachable(member, world) && !seen.attached)
    graph.add({ kind: "attach", member: name }, [...ready, ...attachGates(world)]);
}

/** A primary that is told of its first replicas lets commits wait for one: it must not before one is there. */
function firstReplicas({ name }: Member, world: World): string[] {
  if (name !== world.topology.postgresPrimary) return [];
  const replicas = world.desired.filter(({ member }) => member.kind === "postgres" && member.name !== name);
  const isThere = replicas.some(({ member }) => world.seen.get(member.name)?.alive === true);
  return isThere ? [] : replicas.map(({ member }) => `ready ${member.name}`);
}

/** An attachment needs whoever sends the requests. */
function attachGates(world: World): string[] {
  const senders = world.desired.filter(({ member }) => member.kind === "balancer" || member.kind === "pooler");
  return senders.flatMap(({ member }) => [`ready ${member.name}`, `reload ${member.name}`]);
}

function addStart(graph: Graph, member: Member, world: World, after: readonly string[]): void {
  let before: readonly string[] = after;
  for (const step of stepsToStart(member, world)) {
    before = [graph.add(step, [...before, ...gatesOf(step, member, world)])];
  }
}

function gatesOf(step: Step, member: Member, world: World): string[] {
  switch (step.kind) {
    case "prepare":
      return preparation("prepare", member, world);
    case "start":
      return [...gates(member, world), ...preparation("start", member, world)];
    case "attach":
      return attachGates(world);
    default:
      return [];
  }
}

/**
 * A replica's data is copied from its primary's: before the primary first starts, as that costs nothing then, or from the
 * running one. Gives what must come before `step`.
 */
function preparation(step: "prepare" | "start", member: Member, world: World): string[] {
  const primary = world.topology.postgresPrimary;
  if (member.kind !== "postgres" || primary === null) return [];
  if (member.name === primary) {
    const replicas = world.desired.filter((other) => other.member.kind === "postgres" && other.member.name !== primary);
    return step === "start" && world.postgresIsFresh ? replicas.map((other) => `prepare ${other.member.name}`) : [];
  }
  if (step === "start") return [];
  return world.postgresIsFresh ? [`prepare ${primary}`] : [`ready ${primary}`, `promote ${primary}`];
}

function addReleases(graph: Graph, world: World): void {
  const needed = new Set(
    world.desired.filter(({ member }) => member.kind === "web").flatMap(({ member }) => member.needs),
  );
  const after = [...needed].flatMap((name) => [`ready ${name}`, `promote ${name}`, `setup ${name}`]);
  // A commit waits for a replica, so one has to be there.
  const replicas = world.desired.filter(({ member }) => member.kind === "postgres" && isAttachable(member, world));
  const any = replicas.map(({ member }) => `ready ${member.name}`);
  let before = after;
  for (const release of world.releasesToRun) before = [graph.add({ kind: "release", release }, before, { any })];
}

/** Requests pass through a balancer until those that stay can do without it. */
function heirs({ member }: Seen, { desired }: World): string[] {
  if (member.kind !== "balancer") return [];
  return desired.filter((other) => other.member.kind === "balancer").map((other) => `ready ${other.member.name}`);
}

/** Serving web instances that have to be replaced: the rollout does it, one after the other. */
function replacedByRollout(world: World): Desired[] {
  return world.desired.filter(({ member, restartKey }) => {
    const seen = world.seen.get(member.name);
    return member.kind === "web" && seen?.alive === true && seen.attached && seen.restartKey !== restartKey;
  });
}

/** What turns the fleet as it is into the fleet as it shall be. Empty when it is already so. */
export function planConverge(world: World): PlannedStep[] {
  const graph = new Graph();
  const replaced = replacedByRollout(world);
  addReleases(graph, world);
  // Whoever else is replaced waits for the first instance of the new release to serve: a release that cannot, stops there.
  const proven = replaced.length === 0 ? [] : world.surge.map(({ member }) => `attach ${member.name}`);
  for (const desired of world.desired) addMember(graph, desired, { world, proven });
  const rolled = planRollout(graph, replaced, world);
  // Without a rollout nobody stands in for anybody.
  const surge = replaced.length === 0 ? [] : world.surge;
  const wanted = new Set([...world.desired, ...surge].map(({ member }) => member.name));
  const arrivals = world.desired.map(({ member }) => `attach ${member.name}`);
  for (const seen of world.seen.values()) {
    if (wanted.has(seen.member.name)) continue;
    // Commits wait for replicas by name: first the primary is told to wait for this one no more.
    const told = seen.member.kind === "postgres" ? [`reload ${world.topology.postgresPrimary}`] : [];
    planRemoval(graph, seen, [...arrivals, ...rolled, ...told, ...heirs(seen, world)]);
  }
  const pooler = world.desired.find(({ member }) => member.kind === "pooler")?.member;
  if (world.poolerPaused && pooler !== undefined) {
    const primary = world.topology.postgresPrimary;
    graph.add({ kind: "resume", member: pooler.name }, [
      `reload ${pooler.name}`,
      `ready ${primary}`,
      `promote ${primary}`,
    ]);
  }
  return graph.finish();
}
