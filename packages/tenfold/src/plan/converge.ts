import { isApplication, type Member, type MemberKind } from "../fleet/member.ts";
import type { PlannedStep, Step } from "../fleet/step.ts";
import { Graph } from "./graph.ts";
import { planRemoval } from "./remove.ts";
import { planRollout } from "./rollout.ts";
import type { Desired, World } from "./world.ts";

const WITH_DATA: ReadonlySet<MemberKind> = new Set(["postgres", "redis", "cache", "sentinel", "balancer"]);

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

/** Whether something sends it requests: web instances, and PostgreSQL's replicas. */
export function isAttachable(member: Pick<Member, "name" | "kind">, world: World): boolean {
  return member.kind === "web" || (member.kind === "postgres" && member.name !== world.topology.postgresPrimary);
}

/** Ids of steps after which a member's needs are met, and after which a release's members may start. */
function gates(member: Member, world: World): string[] {
  const needs = member.needs.flatMap((name) =>
    name === world.topology.postgresPrimary ? [`ready ${name}`, `promote ${name}`, `setup ${name}`] : [`ready ${name}`],
  );
  return isApplication(member.kind) && world.releaseToRun !== null
    ? [...needs, `release ${world.releaseToRun}`]
    : needs;
}

function addMember(graph: Graph, { member, restartKey, reloadKey }: Desired, world: World): void {
  const seen = world.seen.get(member.name);
  const name = member.name;
  if (seen === undefined || !seen.alive) {
    addStart(graph, member, world, []);
    return;
  }
  if (seen.restartKey !== restartKey) {
    // Serving instances are replaced by the rollout, one after the other.
    if (member.kind === "web" && seen.attached) return;
    const stopped = graph.add({ kind: "stop", member: name }, []);
    addStart(graph, member, world, [stopped]);
    return;
  }
  const reloaded = seen.reloadKey === reloadKey ? [] : [graph.add({ kind: "reload", member: name }, [])];
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

function addRelease(graph: Graph, world: World): void {
  if (world.releaseToRun === null) return;
  const needed = new Set(
    world.desired.filter(({ member }) => member.kind === "web").flatMap(({ member }) => member.needs),
  );
  const after = [...needed].flatMap((name) => [`ready ${name}`, `promote ${name}`, `setup ${name}`]);
  // A commit waits for a replica, so one has to be there.
  const replicas = world.desired.filter(({ member }) => member.kind === "postgres" && isAttachable(member, world));
  graph.add({ kind: "release", release: world.releaseToRun }, after, {
    any: replicas.map(({ member }) => `ready ${member.name}`),
  });
}

/** What turns the fleet as it is into the fleet as it shall be. Empty when it is already so. */
export function planConverge(world: World): PlannedStep[] {
  const graph = new Graph();
  addRelease(graph, world);
  for (const desired of world.desired) addMember(graph, desired, world);
  const replaced = world.desired.filter(({ member, restartKey }) => {
    const seen = world.seen.get(member.name);
    return member.kind === "web" && seen?.alive === true && seen.attached && seen.restartKey !== restartKey;
  });
  const rolled = planRollout(graph, replaced, world);
  // Without a rollout nobody stands in for anybody.
  const surge = replaced.length === 0 ? [] : world.surge;
  const wanted = new Set([...world.desired, ...surge].map(({ member }) => member.name));
  const arrivals = world.desired.map(({ member }) => `attach ${member.name}`);
  for (const seen of world.seen.values()) {
    if (!wanted.has(seen.member.name)) planRemoval(graph, seen, [...arrivals, ...rolled]);
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
