import type { Target } from "../../render/edge/edge.ts";
import type { ServerState } from "./server-state.ts";

/** What differs between the servers as they are and as they shall be. */
export interface Difference {
  /** In an order in which there is never less than before and after together. */
  readonly commands: readonly string[];
  /** Targets that no slot is left for: only a reload can bring them in. */
  readonly missing: readonly Target[];
}

/** Compares the servers of one backend with the targets that shall be enabled in it, and no other. */
export function reconcile(backend: string, servers: readonly ServerState[], wanted: readonly Target[]): Difference {
  const slots = new Map(servers.filter((server) => server.backend === backend).map((server) => [server.name, server]));
  const names = new Set<string>(wanted.map(({ name }) => name));
  const joins: string[] = [];
  const missing: Target[] = [];
  for (const target of wanted) {
    const slot = slots.get(target.name);
    if (slot === undefined) missing.push(target);
    else joins.push(...join(slot, target));
  }
  const leaves = [...slots.values()]
    .filter((slot) => slot.enabled && !names.has(slot.name))
    .map((slot) => `set server ${backend}/${slot.name} state maint`);
  return { commands: [...joins, ...leaves], missing };
}

function join(slot: ServerState, target: Target): string[] {
  const server = `set server ${slot.backend}/${slot.name}`;
  const moved = slot.address !== "127.0.0.1" || slot.port !== target.port;
  if (!moved) return slot.enabled ? [] : [`${server} state ready`];
  return [
    // What was known of the health of the former address is not true of the new one.
    ...(slot.enabled ? [`${server} state maint`] : []),
    `${server} addr 127.0.0.1 port ${target.port}`,
    `${server} state ready`,
  ];
}
