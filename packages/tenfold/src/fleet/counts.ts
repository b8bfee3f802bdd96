import type { Spec } from "../spec/spec.ts";

/** How many members each scalable thing has: the file's numbers, until `scale` says otherwise. */
export interface Counts {
  readonly web: number;
  readonly workers: Readonly<Record<string, number>>;
  readonly postgresReplicas: number;
  readonly redisReplicas: number;
}

/** What the file asks for at the start. */
export function initialCounts(spec: Spec): Counts {
  return {
    web: spec.web.instances.min,
    workers: Object.fromEntries(Object.entries(spec.workers).map(([name, worker]) => [name, worker.instances.min])),
    postgresReplicas: spec.postgres !== false && spec.postgres.kind === "local" ? spec.postgres.replicas : 0,
    redisReplicas: spec.redis !== false && spec.redis.kind === "local" ? spec.redis.replicas : 0,
  };
}
