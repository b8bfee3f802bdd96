/** Who comes directly after whom. */
export type Successors = (node: number) => Iterable<number>;

interface Frame {
  readonly node: number;
  readonly rest: Iterator<number>;
}

/**
 * Strongly connected components of more than one node: every node of one can be reached from every other of it, so that
 * each lies on a cycle. Tarjan's algorithm, with a stack of its own, for histories are longer than the call stack.
 */
export function components(nodes: Iterable<number>, successors: Successors): number[][] {
  const order = new Map<number, number>();
  const low = new Map<number, number>();
  const stack: number[] = [];
  const onStack = new Set<number>();
  const found: number[][] = [];
  const enter = (node: number): Frame => {
    order.set(node, order.size);
    low.set(node, order.size - 1);
    stack.push(node);
    onStack.add(node);
    return { node, rest: successors(node)[Symbol.iterator]() };
  };
  const lower = (node: number, to: number): void => void low.set(node, Math.min(low.get(node) ?? to, to));
  const leave = (node: number): void => {
    if (low.get(node) !== order.get(node)) return;
    const component: number[] = [];
    for (let last = stack.pop(); last !== undefined; last = stack.pop()) {
      onStack.delete(last);
      component.push(last);
      if (last === node) break;
    }
    if (component.length > 1) found.push(component);
  };
  for (const root of nodes) {
    if (order.has(root)) continue;
    const frames: Frame[] = [enter(root)];
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const { value: next, done } = frame.rest.next();
      if (done === true) {
        frames.pop();
        leave(frame.node);
        const parent = frames.at(-1);
        if (parent !== undefined) lower(parent.node, low.get(frame.node) ?? 0);
      } else if (!order.has(next)) frames.push(enter(next));
      else if (onStack.has(next)) lower(frame.node, order.get(next) ?? 0);
    }
  }
  return found;
}

/** The shortest way from one node to another within some nodes, both included; `null` when there is none. */
export function shortestPath(
  from: number,
  to: number,
  within: ReadonlySet<number>,
  successors: Successors,
): number[] | null {
  const cameFrom = new Map<number, number>([[from, from]]);
  const queue = [from];
  for (let at = 0; at < queue.length; at += 1) {
    const node = queue[at] as number;
    for (const next of successors(node)) {
      if (!within.has(next) || (cameFrom.has(next) && next !== to)) continue;
      if (next !== to) {
        cameFrom.set(next, node);
        queue.push(next);
        continue;
      }
      const path = [to];
      for (let step = node; step !== from; step = cameFrom.get(step) as number) path.unshift(step);
      return [from, ...path];
    }
  }
  return null;
}
