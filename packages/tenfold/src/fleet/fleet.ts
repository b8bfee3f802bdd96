import type { Spec } from "../spec/spec.ts";
import type { Port } from "../units/port.ts";
import type { Counts } from "./counts.ts";
import type { Machine } from "./machine.ts";
import { groupOf, type Member, type MemberKind, type MemberName, memberName } from "./member.ts";
import type { Paths } from "./paths.ts";
import {
  APP_PORT,
  anyPort,
  appPortRequest,
  furtherPort,
  memberPort,
  type PortBook,
  type PortKey,
  type PortRequest,
} from "./ports.ts";
import type { Release } from "./release.ts";
import type { Secrets } from "./secrets.ts";
import type { Topology } from "./state.ts";

/** Everything that is known about what shall run. Renderers turn it into files and commands. */
export interface Fleet {
  /** 32 hexadecimal digits, made once. */
  readonly id: string;
  readonly spec: Spec;
  readonly counts: Counts;
  readonly release: Release;
  /** Values of variables from `.env` and from the environment of whoever gave the file. */
  readonly environment: Readonly<Record<string, string>>;
  readonly members: readonly Member[];
  readonly topology: Topology;
  readonly ports: PortBook;
  readonly paths: Paths;
  readonly secrets: Secrets;
  readonly machine: Machine;
}

/** The inputs of a fleet: all of `Fleet` but what follows from them. */
export type FleetInput = Omit<Fleet, "members">;

/** The names of a fleet's members in the order in which people read them, before ports are chosen. */
interface Seat {
  readonly name: MemberName;
  readonly kind: MemberKind;
  readonly worker?: string;
  readonly index: number;
}

function seats(kind: MemberKind, count: number, worker?: string): Seat[] {
  return Array.from({ length: count }, (_, at) => ({
    name: memberName(groupOf(kind, worker), at + 1),
    kind,
    index: at + 1,
    ...(worker === undefined ? {} : { worker }),
  }));
}

function seating(spec: Spec, counts: Counts): Seat[] {
  const postgres = spec.postgres !== false && spec.postgres.kind === "local";
  const redis = spec.redis !== false && spec.redis.kind === "local" ? spec.redis : null;
  return [
    ...seats("balancer", hasFront(spec) && spec.balancer.engine === "nginx" ? 2 : 1),
    ...seats("web", counts.web),
    ...Object.keys(spec.workers).flatMap((name) => seats("worker", counts.workers[name] ?? 0, name)),
    ...seats("scheduler", spec.scheduler === false ? 0 : 1),
    ...seats("postgres", postgres ? 1 + counts.postgresReplicas : 0),
    ...seats("pooler", postgres ? 1 : 0),
    ...seats("redis", redis === null ? 0 : 1 + counts.redisReplicas),
    ...seats("sentinel", redis === null || counts.redisReplicas === 0 ? 0 : redis.sentinels),
    ...seats("cache", spec.cache === false ? 0 : 1),
  ];
}

/** Whether something speaks TCP to a leader that can change, so that a front must follow it. */
export function hasFront(spec: Spec): boolean {
  const local = (service: Spec["postgres"] | Spec["redis"]): boolean => service !== false && service.kind === "local";
  return local(spec.postgres) || local(spec.redis);
}

/** The balancer that visitors reach. */
export function edgeOf(): MemberName {
  return memberName(groupOf("balancer"), 1);
}

/** The balancer that carries the TCP fronts: HAProxy, the edge itself unless that is nginx. */
export function frontOf(spec: Spec): MemberName {
  return memberName(groupOf("balancer"), spec.balancer.engine === "nginx" ? 2 : 1);
}

/** Ports that the fleet needs; the engine chooses and remembers them. */
export function portsWanted(spec: Spec, counts: Counts): PortRequest[] {
  const front = frontOf(spec);
  const wanted: PortRequest[] = [appPortRequest(spec), anyPort(furtherPort(edgeOf(), "metrics"))];
  for (const seat of seating(spec, counts)) {
    if (seat.kind !== "worker" && seat.kind !== "scheduler" && seat.kind !== "balancer")
      wanted.push(anyPort(memberPort(seat.name)));
  }
  if (spec.postgres !== false && spec.postgres.kind === "local") wanted.push(anyPort(furtherPort(front, "postgres")));
  if (spec.redis !== false && spec.redis.kind === "local") wanted.push(anyPort(furtherPort(front, "redis")));
  return wanted;
}

/** Looks a port up. A missing one is a bug: whoever resolves a fleet chooses its ports first. */
export function portFor(ports: PortBook, key: PortKey): Port {
  const chosen = ports[key];
  if (chosen === undefined) throw new Error(`no port was chosen for ${key}`);
  return chosen;
}

function portOf(seat: Seat, ports: PortBook): Port | null {
  if (seat.kind === "worker" || seat.kind === "scheduler") return null;
  if (seat.kind === "balancer") return seat.index === 1 ? portFor(ports, APP_PORT) : null;
  return portFor(ports, memberPort(seat.name));
}

/** What must be ready first: leaders before those who follow them, services before the application. */
function needsOf(seat: Seat, all: readonly Seat[], input: FleetInput): MemberName[] {
  const { postgresPrimary, redisMaster } = input.topology;
  const leader = (name: MemberName | null): MemberName[] => (name === null || name === seat.name ? [] : [name]);
  switch (seat.kind) {
    case "balancer":
    case "pooler":
    case "cache":
      return [];
    case "postgres":
      return leader(postgresPrimary);
    case "redis":
    case "sentinel":
      return leader(redisMaster);
    case "web":
    case "worker":
    case "scheduler": {
      const services = all.filter(({ kind }) => kind === "pooler" || kind === "cache").map(({ name }) => name);
      const front = hasFront(input.spec) ? [frontOf(input.spec)] : [];
      return [...leader(postgresPrimary), ...leader(redisMaster), ...services, ...front];
    }
    default:
      return seat.kind satisfies never;
  }
}

/** The fleet as it shall be. */
export function resolveFleet(input: FleetInput): Fleet {
  const all = seating(input.spec, input.counts);
  const members = all.map(
    (seat): Member => ({
      name: seat.name,
      kind: seat.kind,
      group: groupOf(seat.kind, seat.worker),
      index: seat.index,
      port: portOf(seat, input.ports),
      needs: needsOf(seat, all, input),
    }),
  );
  return { ...input, members };
}

/** The leaders of a fleet that has none yet: the first of each. */
export function initialTopology(spec: Spec): Topology {
  return {
    postgresPrimary:
      spec.postgres !== false && spec.postgres.kind === "local" ? memberName(groupOf("postgres"), 1) : null,
    redisMaster: spec.redis !== false && spec.redis.kind === "local" ? memberName(groupOf("redis"), 1) : null,
    postgresReadable: [],
    serving: [],
  };
}
