import type { Spec } from "../spec/spec.ts";
import { type Port, port } from "../units/port.ts";
import type { MemberName } from "./member.ts";

/** What a port is for: a member's own, or one of a member's further ones (`balancer-1/redis`). */
export type PortKey = string & { readonly __unit: "PortKey" };

/** The ports that were chosen, and are kept for as long as the fleet exists. */
export type PortBook = Readonly<Record<string, Port>>;

/** A port that a fleet needs. */
export interface PortRequest {
  readonly key: PortKey;
  readonly host: string;
  /** `written`: the user named it, take this or fail. `preferred`: this, or the next free. `any`: a free one of the range. */
  readonly choice: { readonly kind: "written" | "preferred"; readonly port: Port } | { readonly kind: "any" };
}

/** Members take their ports from here, below the range that the kernel uses for outgoing connections (32768 up). */
export const PORT_RANGE: { readonly first: Port; readonly last: Port } = { first: port(20_001), last: port(32_000) };

const DEFAULT_APP_PORT = port(8080);

export function memberPort(name: MemberName): PortKey {
  return name as string as PortKey;
}

/** A further port of a member. */
export function furtherPort(name: MemberName, purpose: "redis" | "postgres" | "metrics"): PortKey {
  return `${name}/${purpose}` as PortKey;
}

export const APP_PORT: PortKey = "app" as PortKey;

/** Where the engine answers Prometheus. */
export const METRICS_PORT: PortKey = "engine/metrics" as PortKey;

export function appPortRequest(spec: Spec): PortRequest {
  const { host, port: written } = spec.balancer;
  const choice =
    written === null
      ? ({ kind: "preferred", port: DEFAULT_APP_PORT } as const)
      : ({ kind: "written", port: written } as const);
  return { key: APP_PORT, host, choice };
}

export function anyPort(key: PortKey): PortRequest {
  return { key, host: "127.0.0.1", choice: { kind: "any" } };
}
