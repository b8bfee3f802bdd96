import { external, type Transaction } from "./history.ts";
import type { Orders } from "./order.ts";
import { writersOf } from "./reads.ts";

/** `ww`: wrote the version before. `wr`: wrote what the other read. `rw`: read the version before the other's. */
export type Dependency = "ww" | "wr" | "rw";

/** Why one transaction comes before another in every order that explains what was seen. */
export interface Edge {
  readonly kind: Dependency;
  readonly key: number;
}

/** Which transactions must come before which. */
export class DependencyGraph {
  readonly #edges = new Map<number, Map<number, Edge[]>>();

  add(from: number, to: number, edge: Edge): void {
    if (from === to) return;
    const all = this.#edges.get(from) ?? new Map<number, Edge[]>();
    this.#edges.set(from, all);
    const known = all.get(to);
    if (known === undefined) all.set(to, [edge]);
    else if (!known.some(({ kind }) => kind === edge.kind)) known.push(edge);
  }

  get nodes(): Iterable<number> {
    return this.#edges.keys();
  }

  /** Those that come directly after it by dependencies of some kinds. */
  *after(node: number, kinds: readonly Dependency[]): Generator<number> {
    for (const [to, edges] of this.#edges.get(node) ?? []) if (edges.some(({ kind }) => kinds.includes(kind))) yield to;
  }

  /** Why one comes before another; of several reasons the strongest. */
  edge(from: number, to: number, kinds: readonly Dependency[]): Edge | undefined {
    const edges = this.#edges.get(from)?.get(to) ?? [];
    return kinds.flatMap((kind) => edges.find((edge) => edge.kind === kind) ?? [])[0];
  }
}

/** Transactions that happened: acknowledged ones, and those of unknown end whose writes somebody saw. */
export function dependencies(history: readonly Transaction[], { byKey }: Orders): DependencyGraph {
  const graph = new DependencyGraph();
  const writers = writersOf(history);
  const writerOf = (value: number | undefined): number | undefined => {
    const writer = value === undefined ? undefined : writers.get(value);
    return writer === undefined || writer.ending === "failed" ? undefined : writer.index;
  };
  for (const [key, order] of byKey) {
    for (let at = 1; at < order.length; at += 1) {
      const [before, after] = [writerOf(order[at - 1]), writerOf(order[at])];
      if (before !== undefined && after !== undefined) graph.add(before, after, { kind: "ww", key });
    }
  }
  for (const transaction of history) {
    if (transaction.ending !== "ok") continue;
    for (const step of transaction.steps) {
      if (step.kind !== "read" || step.seen === null) continue;
      const { key } = step;
      const found = external(transaction, key, step.seen);
      const [writer, next] = [writerOf(found.at(-1)), writerOf(byKey.get(key)?.[found.length])];
      if (writer !== undefined) graph.add(writer, transaction.index, { kind: "wr", key });
      if (next !== undefined) graph.add(transaction.index, next, { kind: "rw", key });
    }
  }
  return graph;
}
