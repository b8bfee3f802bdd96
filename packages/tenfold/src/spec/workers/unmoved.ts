import type { Workers } from "./workers.ts";

/** Workers whose number has bounds, and nothing by which it could move: for each, what to write. */
export function unmovedWorkers(workers: Workers): { readonly group: string; readonly why: string }[] {
  return Object.entries(workers).flatMap(([name, { instances, scale }]) =>
    instances.min === instances.max || scale.source !== null || scale.schedules.length > 0
      ? []
      : [
          {
            group: `worker.${name}`,
            why: `stays at what it is, ${instances.min} at first: it has ${scale.rules.length > 0 ? "rules, which look at its queue" : "bounds"}, and nothing to go by; name the library of its queue in workers.${name}.scale.library (or a command, or prometheus)`,
          },
        ],
  );
}
