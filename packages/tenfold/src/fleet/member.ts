import type { Port } from "../units/port.ts";

export const MEMBER_KINDS: readonly MemberKind[] = [
  "web",
  "worker",
  "scheduler",
  "balancer",
  "postgres",
  "pooler",
  "redis",
  "cache",
  "sentinel",
  "prometheus",
  "alertmanager",
];

export type MemberKind =
  | "web"
  | "worker"
  | "scheduler"
  | "balancer"
  | "postgres"
  | "pooler"
  | "redis"
  | "cache"
  | "sentinel"
  | "prometheus"
  | "alertmanager";

/** `web-1`, `worker-reports-2`, `postgres-1`: unique in its fleet, also while a rollout is under way. */
export type MemberName = string & { readonly __unit: "MemberName" };

/** The members that are scaled and restarted together: `web`, `worker.reports`, `postgres`. */
export type GroupName = string & { readonly __unit: "GroupName" };

/** `main` gets the requests; `canary` a share of them; `standby` none. */
export type Duty = "main" | "canary" | "standby";

/** One process to be run. */
export interface Member {
  readonly name: MemberName;
  readonly kind: MemberKind;
  readonly group: GroupName;
  /** From 1, within its group. */
  readonly index: number;
  /** The release of the application that runs in it; `null` for services. */
  readonly release: number | null;
  /** What a web instance is for; `null` for other members. */
  readonly duty: Duty | null;
  /** The port it listens on for its main purpose; workers and the scheduler have none. */
  readonly port: Port | null;
  /** Members that must be ready before this one starts. */
  readonly needs: readonly MemberName[];
}

export function groupOf(kind: MemberKind, worker?: string): GroupName {
  return (worker === undefined ? kind : `${kind}.${worker}`) as GroupName;
}

export function memberName(group: GroupName, index: number): MemberName {
  return `${group.replace(".", "-")}-${index}` as MemberName;
}

/** Whether the application's own command runs in it, rather than a service that Tenfold brings. */
export function isApplication(kind: MemberKind): boolean {
  return kind === "web" || kind === "worker" || kind === "scheduler";
}
