import { initialCounts } from "../../fleet/counts.ts";
import { localPostgres, localRedis } from "../../spec/local.ts";
import type { Spec } from "../../spec/spec.ts";
import type { Bytes } from "../../units/bytes.ts";
import type { Parts } from "../size/parts.ts";

/** What there is now: by the file, and by what runs. `null`: there is none of it here. */
export interface Present {
  /** Whether it runs, or is only written. */
  readonly isRunning: boolean;
  /** What the file has. */
  readonly parts: Parts;
  readonly web: number;
  /** By name. */
  readonly workers: Readonly<Record<string, number>>;
  /** Jobs that a worker works on at once, by the file, the least of all groups; 1 without workers. */
  readonly jobsAtOnce: number;
  readonly postgres: {
    readonly replicas: number;
    readonly memory: Bytes | null;
    readonly poolSize: number;
    readonly poolClients: number;
  } | null;
  readonly redis: { readonly replicas: number; readonly memory: Bytes } | null;
  readonly cache: { readonly memory: Bytes } | null;
  readonly maxConnections: number;
  readonly backups: boolean;
  readonly machine: { readonly cores: number; readonly memory: Bytes };
}

/** How many members run, by kind; workers by group. `null`: nothing runs. */
export interface RunningCounts {
  readonly web: number;
  readonly workers: Readonly<Record<string, number>>;
  readonly postgres: number;
  readonly redis: number;
}

/** The present size of a project. */
export function presentOf(spec: Spec, running: RunningCounts | null, machine: Present["machine"]): Present {
  const written = initialCounts(spec);
  const postgres = localPostgres(spec);
  const redis = localRedis(spec);
  const groups = Object.values(spec.workers);
  return {
    isRunning: running !== null,
    parts: {
      workers: groups.length > 0,
      postgres: postgres !== null,
      redis: redis !== null,
      cache: spec.cache !== false,
      balancer: spec.balancer.engine,
    },
    web: running?.web ?? written.web,
    workers: running?.workers ?? written.workers,
    jobsAtOnce: groups.length === 0 ? 1 : Math.min(...groups.map(({ scale }) => scale.jobs)),
    postgres:
      postgres === null
        ? null
        : {
            replicas: running === null ? written.postgresReplicas : Math.max(0, running.postgres - 1),
            memory: postgres.memory,
            poolSize: postgres.pool.size,
            poolClients: postgres.pool.clients,
          },
    redis:
      redis === null
        ? null
        : {
            replicas: running === null ? written.redisReplicas : Math.max(0, running.redis - 1),
            memory: redis.memory,
          },
    cache: spec.cache === false ? null : { memory: spec.cache.memory },
    maxConnections: spec.balancer.maxConnections,
    backups: spec.backups.schedule !== null,
    machine,
  };
}
