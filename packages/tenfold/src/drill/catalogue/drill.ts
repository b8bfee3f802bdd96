import type { MemberKind } from "../../fleet/member.ts";
import type { Role } from "../../fleet/state.ts";
import type { Strategy } from "../../spec/deploy/deploy.ts";
import { formatDuration, type Millis } from "../../units/millis.ts";
import type { Pledge } from "./pledge.ts";

/** Members that are broken: so many of a kind and role, chosen by the seed; or the engine. */
export interface Whom {
  readonly kind: MemberKind | "engine";
  /** `null`: any. */
  readonly role: Role | null;
  readonly count: number;
}

/** What is asked of the fleet as its user would. `asBefore`: the number of web instances that it had. */
export type Order =
  | { readonly order: "deploy"; readonly strategy: Strategy }
  | { readonly order: "rollback" }
  | { readonly order: "scale"; readonly web: number | "asBefore" }
  | { readonly order: "restart"; readonly names: readonly string[] }
  | { readonly order: "failover"; readonly service: "postgres" | "redis" };

/** A step of a drill. */
export type Act =
  /** `kill`: SIGKILL. `freeze`: SIGSTOP, to all processes of the member: it holds its connections and does nothing. */
  | { readonly act: "strike"; readonly how: "kill" | "freeze"; readonly whom: readonly Whom[] }
  /** Whoever is still frozen goes on. */
  | { readonly act: "thaw" }
  /** `whole`: all is as it was before, redundancy too. `back`: everybody who was struck runs again. */
  | { readonly act: "await"; readonly what: "whole" | "back" }
  /** Nobody looks at the fleet meanwhile. */
  | { readonly act: "pass"; readonly time: Millis }
  | ({ readonly act: "order" } & Order);

/** Something that is done to a fleet under load, and what must hold meanwhile. */
export interface Drill {
  readonly name: string;
  /** What happens, in a sentence. */
  readonly summary: string;
  readonly acts: readonly Act[];
  readonly pledges: readonly Pledge[];
}

/** `a postgres primary`, `2 sentinels`. */
export function describeWhom({ kind, role, count }: Whom): string {
  const noun = role === null ? kind : `${kind} ${role}`;
  return count === 1 ? `a ${noun}` : `${count} ${noun}s`;
}

export function describeOrder(order: Order): string {
  switch (order.order) {
    case "deploy":
      return `deploy (${order.strategy})`;
    case "rollback":
      return "rollback";
    case "scale":
      return order.web === "asBefore" ? "scale as before" : `scale web=${order.web}`;
    case "restart":
      return order.names.length === 0 ? "restart everything" : `restart ${order.names.join(" ")}`;
    case "failover":
      return `failover ${order.service}`;
    default:
      return order satisfies never;
  }
}

/** An act in a few words, for a dry run. */
export function describeAct(act: Act): string {
  switch (act.act) {
    case "strike":
      return `${act.how} ${act.whom.map(describeWhom).join(" and ")}`;
    case "thaw":
      return "let whoever is frozen go on";
    case "await":
      return act.what === "whole" ? "wait until the fleet is whole" : "wait until whoever was struck runs again";
    case "pass":
      return `let ${formatDuration(act.time)} pass`;
    case "order":
      return describeOrder(act);
    default:
      return act satisfies never;
  }
}
