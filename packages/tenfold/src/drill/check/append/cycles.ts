import { components, shortestPath } from "./components.ts";
import type { Dependency, DependencyGraph } from "./graph.ts";
import type { Anomaly, AnomalyKind } from "./history.ts";

const WRITES: readonly Dependency[] = ["ww"];
const READS: readonly Dependency[] = ["ww", "wr"];
const ALL: readonly Dependency[] = ["ww", "wr", "rw"];

/** A cycle that begins and ends at the same transaction, told with what each must come before and why. */
function tell(graph: DependencyGraph, kind: AnomalyKind, path: readonly number[], last: Dependency | null): Anomaly {
  const arrows = path.slice(1).map((to, at) => {
    const from = path[at] as number;
    // The first step of a path is the edge that makes the class; the others are of the weaker kinds.
    const edge = graph.edge(from, to, at === 0 && last !== null ? [last] : ALL);
    return `${edge?.kind} on key ${edge?.key} → T${to}`;
  });
  return { kind, transactions: path.slice(1), text: `T${path[0]} ${arrows.join(", ")}` };
}

/** For each component one cycle that holds an edge of the first kind and else only edges of the others. */
function cyclesWith(
  graph: DependencyGraph,
  kind: AnomalyKind,
  first: Dependency,
  others: readonly Dependency[],
): Anomaly[] {
  const all = [...new Set([first, ...others])];
  return components(graph.nodes, (node) => graph.after(node, all)).flatMap((component) => {
    const within = new Set(component);
    for (const from of component) {
      for (const to of graph.after(from, [first])) {
        if (!within.has(to)) continue;
        const back = shortestPath(to, from, within, (node) => graph.after(node, others));
        if (back !== null) return [tell(graph, kind, [from, ...back], first)];
      }
    }
    return [];
  });
}

/**
 * Cycles of transactions that each had to come before the next, by Adya's classes: G0 of writes alone, G1c with reads of
 * what was written, G-single with one read of what was then written over, G2 with several.
 */
export function cycleAnomalies(graph: DependencyGraph): Anomaly[] {
  const found = [
    ...cyclesWith(graph, "G0", "ww", WRITES),
    ...cyclesWith(graph, "G1c", "wr", READS),
    ...cyclesWith(graph, "G-single", "rw", READS),
  ];
  const told = new Set(found.flatMap(({ transactions }) => transactions));
  const rest = components(graph.nodes, (node) => graph.after(node, ALL)).filter(
    (component) => !component.some((node) => told.has(node)),
  );
  const several = rest.flatMap((component) => {
    const within = new Set(component);
    const start = component[0] as number;
    const path = shortestPath(start, start, within, (node) => graph.after(node, ALL));
    return path === null ? [] : [tell(graph, "G2", path, null)];
  });
  return [...found, ...several];
}
