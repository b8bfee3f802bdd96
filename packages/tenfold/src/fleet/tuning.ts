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

const DIRECT_CONNECTIONS = 40;
/** What initdb writes into a new cluster: a replica may not have less than its primary once had. */
const LEAST_CONNECTIONS = 100;

function between(low: Bytes, value: number, high: Bytes): Bytes {
  return bytes(Math.min(high, Math.max(low, Math.floor(value / 1024 ** 2) * 1024 ** 2)));
}

/**
 * The usual rules of thumb (a quarter of the server's share of memory for shared_buffers, three quarters as the
 * planner's idea of the cache), with a server's share being a quarter of the machine divided among the servers.
 */
export function tunePostgres(fleet: Fleet): PostgresTuning {
  const servers = 1 + fleet.counts.postgresReplicas;
  const postgres = localPostgres(fleet.spec);
  const share = postgres?.memory ?? between(mebibytes(256), fleet.machine.memory / 4 / servers, mebibytes(16_384));
  const maxConnections = Math.max(LEAST_CONNECTIONS, (postgres?.pool.size ?? 25) + DIRECT_CONNECTIONS);
  return {
    maxConnections,
    sharedBuffers: between(mebibytes(32), share / 4, mebibytes(8_192)),
    effectiveCacheSize: between(mebibytes(64), (share * 3) / 4, mebibytes(65_536)),
    workMem: between(mebibytes(4), share / 4 / maxConnections, mebibytes(128)),
    maintenanceWorkMem: between(mebibytes(32), share / 16, mebibytes(1_024)),
    maxParallelWorkers: Math.max(4, fleet.machine.cores),
  };
}
