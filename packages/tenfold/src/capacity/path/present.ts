import { initialCounts } from "../../fleet/counts.ts";
import { localPostgres, localRedis } from "../../spec/local.ts";
import type { Spec } from "../../spec/spec.ts";
import type { Bytes } from "../../units/bytes.ts";

/** What there is now: by the file, and by what runs. `null`: there is none of it here. */
export interface Present {
  /** Whether it runs, or is only written. */
  readonly isRunning: boolean;
  readonly web: number;
  /** By name. */
  readonly workers: Readonly<Record<string, number>>;
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
  return {
    isRunning: running !== null,
    web: running?.web ?? written.web,
    workers: running?.workers ?? written.workers,
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
