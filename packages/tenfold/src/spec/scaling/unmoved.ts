import type { Instances } from "../scalars.ts";
import type { Spec } from "../spec.ts";
import type { Workers } from "../workers/workers.ts";
import type { WebScaling, WorkerScaling } from "./scaling.ts";

/** A number that stays although the file has it move. */
export interface Unmoved {
  readonly group: string;
  /** Finishes a sentence that begins with the group. */
  readonly why: string;
}

/** Whether the number of a kind of worker moves by itself: it has bounds, and something to go by. */
export function movesByItself({ instances, scale }: Pick<Workers[string], "instances" | "scale">): boolean {
  const goesBy = scale.source !== null || scale.rules.length > 0 || scale.schedules.length > 0;
  return instances.min < instances.max && goesBy;
}

/** Workers whose number has bounds, and nothing by which it could move: for each, what to write. */
export function unmovedWorkers(workers: Workers): Unmoved[] {
  return Object.entries(workers).flatMap(([name, worker]) =>
    worker.instances.min === worker.instances.max || movesByItself(worker)
      ? []
      : [
          {
            group: `worker.${name}`,
            why: `stays at what it is, ${worker.instances.min} at first: it has bounds, and nothing to go by; name the library of its queue in workers.${name}.scale.library (or a command, or prometheus)`,
          },
        ],
  );
}

/** nginx counts nothing by which the number of web instances could move. */
function unmovedWeb({ web, balancer }: Spec): Unmoved[] {
  const { instances, scale } = web;
  if (balancer.engine !== "nginx" || instances.min === instances.max || scale.schedules.length > 0) return [];
  const why = `stays at what it is, ${instances.min} at first: nginx counts no requests of an instance; make balancer.engine haproxy`;
  return [{ group: "web", why }];
}

function fixed(group: string, path: string, { min, max }: Instances, scale: WebScaling | WorkerScaling): Unmoved[] {
  const keys = [
    scale.rules.length > 0 ? ["rules"] : [],
    scale.schedules.length > 0 ? ["schedules"] : [],
    scale.dryRun ? ["dryRun"] : [],
  ].flat();
  if (min !== max || keys.length === 0) return [];
  const idle = keys.map((key) => `${path}.scale.${key}`).join(", ");
  const why = `is fixed by ${path}.instances, which is ${max}; without effect until that has bounds such as { min: ${max}, max: ${max + 3} }: ${idle}`;
  return [{ group, why }];
}

/** All that a file says of a number's moving without effect. An overlay may well fix a number, so none of it is wrong. */
export function unmoved(spec: Spec): Unmoved[] {
  return [
    ...unmovedWeb(spec),
    ...fixed("web", "web", spec.web.instances, spec.web.scale),
    ...unmovedWorkers(spec.workers),
    ...Object.entries(spec.workers).flatMap(([name, { instances, scale }]) =>
      fixed(`worker.${name}`, `workers.${name}`, instances, scale),
    ),
  ];
}
