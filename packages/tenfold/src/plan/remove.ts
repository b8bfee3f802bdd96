import type { Step } from "../fleet/step.ts";
import type { Graph } from "./graph.ts";
import type { Seen } from "./world.ts";

/** The order of removal, always: no new requests, confirmed; what is in flight finishes; the signal; nothing is left. Gives the last id. */
export function planRemoval(
  graph: Graph,
  { member, alive, attached }: Seen,
  after: readonly string[],
  always = false,
): string {
  const name = member.name;
  let before = after;
  // Who is detached already may have been on its way out when something else came between, with requests in flight.
  const quiet: Step[] = [
    ...(attached ? [{ kind: "detach", member: name } as const] : []),
    ...(attached || (alive && member.kind === "web") ? [{ kind: "drain", member: name } as const] : []),
  ];
  if (quiet.length > 0) before = [graph.chain(quiet, before, always)];
  if (alive) before = [graph.add({ kind: "stop", member: name }, before, { always })];
  return graph.add({ kind: "remove", member: name }, before, { always });
}
