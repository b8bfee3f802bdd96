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
  if (attached)
    before = [
      graph.chain(
        [
          { kind: "detach", member: name },
          { kind: "drain", member: name },
        ],
        before,
        always,
      ),
    ];
  if (alive) before = [graph.add({ kind: "stop", member: name }, before, { always })];
  return graph.add({ kind: "remove", member: name }, before, { always });
}
