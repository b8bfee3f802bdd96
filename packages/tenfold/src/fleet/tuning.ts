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

/** The memory of each server where the file says nothing: a quarter of the machine, divided among them. */
export function usualPostgresMemory(machine: Bytes, servers: number): Bytes {
  return between(mebibytes(256), machine / 4 / servers, mebibytes(16_384));
}

/** A server of a fleet: its share is what the file says, or the usual one. */
export function tunePostgres(fleet: Fleet): PostgresTuning {
  const postgres = localPostgres(fleet.spec);
  const memory = postgres?.memory ?? usualPostgresMemory(fleet.machine.memory, 1 + fleet.counts.postgresReplicas);
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

/** What a balancer is told, whichever program it is. */
export interface BalancerShare {
  /** Visitors' connections at once. */
  readonly maxConnections: number;
  readonly cores: number;
}

/** By the names of HAProxy's configuration. */
export interface HaproxyTuning {
  readonly maxconn: number;
  readonly nbthread: number;
}

/** Connections at once through one front. */
export const FRONT_CONNECTIONS = 2048;
/** Connections beside the visitors' and the fronts': health checks, metrics, the runtime socket. */
const HAPROXY_RESERVED = 256;

/** `fronts`: how many services are reached through it, of PostgreSQL and Redis. */
export function tuneHaproxy({ maxConnections, cores }: BalancerShare, fronts: number): HaproxyTuning {
  const maxconn = maxConnections + fronts * FRONT_CONNECTIONS + HAPROXY_RESERVED;
  return { maxconn, nbthread: balancerThreads(cores) };
}

/** By the names of nginx's configuration; connections are those of one worker. */
export interface NginxTuning {
  readonly workerProcesses: number;
  readonly workerConnections: number;
}

/** Connections beside the visitors': probes, metrics, the log. */
export const NGINX_RESERVED = 64;
/** A visitor's connection and the one that carries its request further, with room for workers that are not equally busy. */
const NGINX_PER_VISITOR = 2.5;

export function tuneNginx({ maxConnections, cores }: BalancerShare): NginxTuning {
  const workerProcesses = balancerThreads(cores);
  const each = Math.ceil((maxConnections * NGINX_PER_VISITOR) / workerProcesses);
  return { workerProcesses, workerConnections: each + NGINX_RESERVED };
}

/** By the names of Redis's configuration. */
export interface RedisTuning {
  readonly maxmemory: Bytes;
  readonly maxmemoryPolicy: "noeviction" | "allkeys-lfu";
  readonly maxclients: number;
}

const REDIS_CLIENTS = 10_000;

/** The durable Redis: what is full refuses writes rather than lose a session or a job. */
export function tuneRedis(memory: Bytes): RedisTuning {
  return { maxmemory: memory, maxmemoryPolicy: "noeviction", maxclients: REDIS_CLIENTS };
}

/** The cache: what is used least makes room. */
export function tuneCache(memory: Bytes): RedisTuning {
  return { maxmemory: memory, maxmemoryPolicy: "allkeys-lfu", maxclients: REDIS_CLIENTS };
}
