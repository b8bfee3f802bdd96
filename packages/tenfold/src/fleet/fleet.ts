import { localPostgres, localRedis, monitoringOf, tellsSomebody } from "../spec/local.ts";
import type { Spec } from "../spec/spec.ts";
import type { Port } from "../units/port.ts";
import type { Counts } from "./counts.ts";
import type { Machine } from "./machine.ts";
import { type Duty, groupOf, type Member, type MemberKind, type MemberName, memberName } from "./member.ts";
import type { Paths } from "./paths.ts";
import {
  APP_PORT,
  anyPort,
  appPortRequest,
  furtherPort,
  METRICS_PORT,
  memberPort,
  type PortBook,
  type PortKey,
  type PortRequest,
} from "./ports.ts";
import type { Release } from "./release.ts";
import type { Secrets } from "./secrets.ts";
import type { Topology } from "./state.ts";
import type { WebSets } from "./web-sets.ts";

/** Everything that is known about what shall run. Renderers turn it into files and commands. */
export interface Fleet {
  /** 32 hexadecimal digits, made once. */
  readonly id: string;
  readonly spec: Spec;
  readonly counts: Counts;
  /** The current one. */
  readonly release: Release;
  /** All that members may need, the current one among them, with the values of the variables that each was made with. */
  readonly releases: ReadonlyMap<number, ReleaseWithEnvironment>;
  readonly web: WebSets;
  /** Web instances that stand in while others are replaced, by their indexes. */
  readonly surge: readonly number[];
  readonly members: readonly Member[];
  readonly topology: Topology;
  readonly ports: PortBook;
  readonly paths: Paths;
  readonly secrets: Secrets;
  readonly machine: Machine;
}

/** A release, and values of variables from `.env` and from the environment of whoever made it. */
export interface ReleaseWithEnvironment {
  readonly release: Release;
  readonly environment: Readonly<Record<string, string>>;
}

/** The inputs of a fleet: all of `Fleet` but what follows from them. */
export type FleetInput = Omit<Fleet, "members">;

/** A member before its port is known. */
type Seat = Pick<Member, "name" | "kind" | "group" | "index" | "release" | "duty">;

/** What decides who the members are. */
export type Seating = Pick<FleetInput, "spec" | "counts" | "web" | "surge" | "topology"> & { readonly current: number };

function seat(kind: MemberKind, index: number, more: { worker?: string; release?: number; duty?: Duty } = {}): Seat {
  const group = groupOf(kind, more.worker);
  return { name: memberName(group, index), kind, group, index, release: more.release ?? null, duty: more.duty ?? null };
}

function seats(kind: MemberKind, count: number): Seat[] {
  return Array.from({ length: count }, (_, at) => seat(kind, at + 1));
}

function webSeats({ web, surge, current }: Seating): Seat[] {
  const set = (duty: Duty, release: number, indexes: readonly number[]): Seat[] =>
    indexes.map((index) => seat("web", index, { release, duty }));
  return [
    ...set("main", current, [...web.main, ...surge]),
    ...(web.canary === null ? [] : set("canary", web.canary.release, web.canary.indexes)),
    ...(web.standby === null ? [] : set("standby", web.standby.release, web.standby.indexes)),
  ].sort((a, b) => a.index - b.index);
}

/** The youngest have no seat when there are fewer than before, but a leader keeps its own: it has the data. */
function seatsAround(leader: MemberName | null, kind: MemberKind, count: number): Seat[] {
  const first = seats(kind, count);
  const led = Number(/-(\d+)$/.exec(leader ?? "")?.[1] ?? 1);
  return led <= count || count === 0 ? first : [...first.slice(0, -1), seat(kind, led)];
}

/** The members in the order in which people read them. */
function seating(wanted: Seating): Seat[] {
  const { spec, counts, current, topology } = wanted;
  const postgres = localPostgres(spec) !== null;
  const redis = localRedis(spec);
  const workers = Object.keys(spec.workers).flatMap((worker) =>
    Array.from({ length: counts.workers[worker] ?? 0 }, (_, at) =>
      seat("worker", at + 1, { worker, release: current }),
    ),
  );
  return [
    ...seats("balancer", balancerCount(spec)),
    ...webSeats(wanted),
    ...workers,
    ...(spec.scheduler === false ? [] : [seat("scheduler", 1, { release: current })]),
    ...seatsAround(topology.postgresPrimary, "postgres", postgres ? 1 + counts.postgresReplicas : 0),
    ...seats("pooler", postgres ? 1 : 0),
    ...seatsAround(topology.redisMaster, "redis", redis === null ? 0 : 1 + counts.redisReplicas),
    ...seats("sentinel", redis === null || counts.redisReplicas === 0 ? 0 : redis.sentinels),
    ...seats("cache", spec.cache === false ? 0 : 1),
    ...seats("prometheus", monitoringOf(spec) === null ? 0 : 1),
    ...seats("alertmanager", tellsSomebody(spec) ? 1 : 0),
  ];
}

/** Whether something speaks TCP to a leader that can change, so that a front must follow it. */
export function hasFront(spec: Spec): boolean {
  return localPostgres(spec) !== null || localRedis(spec) !== null;
}

/** HAProxy does all in one process; with nginx there are an edge, a router, and HAProxy where there is a front. */
function balancerCount(spec: Spec): number {
  if (spec.balancer.engine === "haproxy") return 1;
  return hasFront(spec) ? 3 : 2;
}

/** The balancer that visitors reach. */
export function edgeOf(): MemberName {
  return memberName(groupOf("balancer"), 1);
}

/** The balancer that chooses an instance for each request: the edge itself unless that is nginx. */
export function routerOf(spec: Spec): MemberName {
  return memberName(groupOf("balancer"), spec.balancer.engine === "nginx" ? 2 : 1);
}

/** The balancer that carries the TCP fronts: HAProxy, the edge itself unless that is nginx. */
export function frontOf(spec: Spec): MemberName {
  return memberName(groupOf("balancer"), spec.balancer.engine === "nginx" ? 3 : 1);
}

/** Ports that the fleet needs; the engine chooses and remembers them. */
export function portsWanted(wanted: Seating): PortRequest[] {
  const { spec } = wanted;
  const front = frontOf(spec);
  const own = seating(wanted).filter(({ kind }) => kind !== "worker" && kind !== "scheduler" && kind !== "balancer");
  return [
    appPortRequest(spec),
    anyPort(METRICS_PORT),
    anyPort(furtherPort(edgeOf(), "metrics")),
    ...own.map(({ name }) => anyPort(memberPort(name))),
    ...(localPostgres(spec) === null ? [] : [anyPort(furtherPort(front, "postgres"))]),
    ...(localRedis(spec) === null ? [] : [anyPort(furtherPort(front, "redis"))]),
  ];
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
    case "prometheus":
    case "alertmanager":
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
  const all = seating({ ...input, current: input.release.number });
  const members = all.map(
    (one): Member => ({ ...one, port: portOf(one, input.ports), needs: needsOf(one, all, input) }),
  );
  return { ...input, members };
}

/** The leaders of a fleet that has none yet: the first of each. */
export function initialTopology(spec: Spec): Topology {
  const replicas = localPostgres(spec)?.replicas ?? 0;
  return {
    postgresPrimary: localPostgres(spec) === null ? null : memberName(groupOf("postgres"), 1),
    // A new primary never commits without one of them.
    postgresVoters: Array.from({ length: replicas }, (_, at) => memberName(groupOf("postgres"), at + 2)),
    postgresAlone: false,
    redisMaster: localRedis(spec) === null ? null : memberName(groupOf("redis"), 1),
    postgresReadable: [],
    serving: [],
    canary: [],
  };
}
