/** The patterns of each queue: names of tasks, or beginnings of them that end with `*`. */
export type Routes = ReadonlyMap<string, readonly string[]>;

/** The queue of a task: that which names it, else that with the longest beginning, else none. */
export function routeOf(task: string, routes: Routes): string | null {
  let found: string | null = null;
  let length = -1;
  for (const [queue, patterns] of routes) {
    for (const pattern of patterns) {
      if (pattern === task) return queue;
      if (!pattern.endsWith("*") || !task.startsWith(pattern.slice(0, -1)) || pattern.length <= length) continue;
      found = queue;
      length = pattern.length;
    }
  }
  return found;
}

/** Sentences about patterns that more than one queue has. */
export function routeProblems(routes: Routes): string[] {
  const owners = new Map<string, string>();
  const problems: string[] = [];
  for (const [queue, patterns] of routes) {
    for (const pattern of patterns) {
      const owner = owners.get(pattern);
      if (owner === undefined) owners.set(pattern, queue);
      else problems.push(`queues.${queue}.tasks: ${pattern} is a task of ${owner} already`);
      if (pattern.indexOf("*") !== -1 && pattern.indexOf("*") !== pattern.length - 1) {
        problems.push(`queues.${queue}.tasks: ${pattern} has a * that is not at its end`);
      }
    }
  }
  return problems;
}
