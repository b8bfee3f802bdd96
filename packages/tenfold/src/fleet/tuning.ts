import { localPostgres } from "../spec/local.ts";
import { type Bytes, bytes, mebibytes } from "../units/bytes.ts";
import type { Fleet } from "./fleet.ts";

/** Sizes for one PostgreSQL server. */
export interface PostgresTuning {
  readonly maxConnections: number;
  readonly sharedBuffers: Bytes;
  readonly effectiveCacheSize: Bytes;
  readonly workMem: Bytes;
  readonly maintenanceWorkMem: Bytes;
  readonly maxParallelWorkers: number;
}

/** Connections beside the pool's: migrations, monitoring, replication, `psql`. */
const DIRECT_CONNECTIONS = 40;
/** Of all, those that only the superuser gets. */
export const SUPERUSER_CONNECTIONS = 5;
/** What initdb writes into a new cluster: a replica may not have less than its primary once had. */
const LEAST_CONNECTIONS = 100;
/** More threads than this do not make a balancer faster. */
const MOST_BALANCER_THREADS = 16;

function between(low: Bytes, value: number, high: Bytes): Bytes {
  return bytes(Math.min(high, Math.max(low, Math.floor(value / 1024 ** 2) * 1024 ** 2)));
}

/** What a server has to itself, and how many connections the pool opens to it. */
export interface PostgresShare {
  readonly memory: Bytes;
  readonly cores: number;
  readonly poolSize: number;
}

/**
 * The usual rules of thumb: a quarter of the server's share of memory for shared_buffers, three quarters as the planner's
 * idea of the cache.
 */
export function tunePostgresServer({ memory, cores, poolSize }: PostgresShare): PostgresTuning {
  const maxConnections = Math.max(LEAST_CONNECTIONS, poolSize + DIRECT_CONNECTIONS);
  return {
    maxConnections,
    sharedBuffers: between(mebibytes(32), memory / 4, mebibytes(8_192)),
    effectiveCacheSize: between(mebibytes(64), (memory * 3) / 4, mebibytes(65_536)),
    workMem: between(mebibytes(4), memory / 4 / maxConnections, mebibytes(128)),
    maintenanceWorkMem: between(mebibytes(32), memory / 16, mebibytes(1_024)),
    maxParallelWorkers: Math.max(4, cores),
  };
}

/** A server of a fleet: its share is what the file says, or a quarter of the machine divided among the servers. */
export function tunePostgres(fleet: Fleet): PostgresTuning {
  const servers = 1 + fleet.counts.postgresReplicas;
  const postgres = localPostgres(fleet.spec);
  const memory = postgres?.memory ?? between(mebibytes(256), fleet.machine.memory / 4 / servers, mebibytes(16_384));
  return tunePostgresServer({ memory, cores: fleet.machine.cores, poolSize: postgres?.pool.size ?? 25 });
}

/** Connections that the pool could open to a server for a moment, with enough left for whoever comes past it. */
export function largestPool(fleet: Fleet): number {
  const postgres = localPostgres(fleet.spec);
  const most = Number(postgres?.settings.max_connections ?? tunePostgres(fleet).maxConnections);
  return Math.max(postgres?.pool.size ?? 0, most - DIRECT_CONNECTIONS);
}

/** Threads of HAProxy, or worker processes of nginx. */
export function balancerThreads(cores: number): number {
  return Math.max(1, Math.min(cores, MOST_BALANCER_THREADS));
}
