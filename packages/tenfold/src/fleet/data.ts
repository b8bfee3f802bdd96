import { localPostgres } from "../spec/local.ts";
import type { Spec } from "../spec/spec.ts";
import type { Fleet } from "./fleet.ts";
import type { Member, MemberKind, MemberName } from "./member.ts";

/** The application's database, and the role that owns it. */
export function databaseName(spec: Spec): string {
  return localPostgres(spec)?.database ?? spec.name.replaceAll("-", "_");
}

/** The database's name in the pooler for the n-th replica, from 1. */
export function readDatabaseName(spec: Spec, index: number): string {
  return `${databaseName(spec)}_read_${index}`;
}

/** What Sentinel calls the durable Redis. */
export const SENTINEL_MASTER = "tenfold";

export function membersOf(fleet: Fleet, kind: MemberKind): Member[] {
  return fleet.members.filter((member) => member.kind === kind);
}

/** A member by name. Its absence is a bug. */
export function memberNamed(fleet: Fleet, name: MemberName): Member {
  const member = fleet.members.find((candidate) => candidate.name === name);
  if (member === undefined) throw new Error(`${name} is no member of the fleet`);
  return member;
}

/** The only member of its kind. Its absence is a bug. */
export function onlyMember(fleet: Fleet, kind: MemberKind): Member {
  const [member] = membersOf(fleet, kind);
  if (member === undefined) throw new Error(`the fleet has no ${kind}`);
  return member;
}

/** Who answers reads on `DATABASE_READ_URL_n`: the n-th fit replica, another one in its stead, or the primary. */
export function readTarget(fleet: Fleet, index: number): MemberName | null {
  // Those that are about to leave are readable until they are detached.
  const readable = fleet.topology.postgresReadable.filter((name) =>
    fleet.members.some((member) => member.name === name),
  );
  return readable[(index - 1) % Math.max(1, readable.length)] ?? fleet.topology.postgresPrimary;
}

/** The queue that a worker takes jobs from; `undefined` for other members. */
export function queueOf(spec: Spec, member: Member): string | undefined {
  return member.kind === "worker" ? spec.workers[workerOf(member)]?.queue : undefined;
}

/** A worker's name in the file: `reports` for `worker-reports-2`. */
export function workerOf(member: Member): string {
  return member.group.slice("worker.".length);
}
