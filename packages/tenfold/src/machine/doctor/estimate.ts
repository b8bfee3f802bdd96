import type { Spec } from "../../spec/spec.ts";
import { type Bytes, bytes, mebibytes } from "../../units/bytes.ts";

/** Rough figures for what cannot be known beforehand; they decide on nothing but a warning. */
const TYPICAL = {
  applicationProcess: mebibytes(80),
  postgresServer: mebibytes(160),
  postgresData: mebibytes(200),
  service: mebibytes(15),
  prometheus: mebibytes(120),
};

function localPostgres(spec: Spec): { servers: number; memory: Bytes } | null {
  if (spec.postgres === false || spec.postgres.kind !== "local") return null;
  const buffers = spec.postgres.memory ?? mebibytes(0);
  return { servers: 1 + spec.postgres.replicas, memory: bytes(buffers + TYPICAL.postgresServer) };
}

function localRedis(spec: Spec): { servers: number; sentinels: number; memory: Bytes } | null {
  if (spec.redis === false || spec.redis.kind !== "local") return null;
  return { servers: 1 + spec.redis.replicas, sentinels: spec.redis.sentinels, memory: spec.redis.memory };
}

/** Memory that the whole fleet may come to use at the sizes that it starts with. */
export function estimateMemory(spec: Spec): Bytes {
  const processes = [
    { count: spec.web.instances.min, memory: spec.web.memory },
    ...Object.values(spec.workers).map((worker) => ({ count: worker.instances.min, memory: worker.memory })),
    ...(spec.scheduler === false ? [] : [{ count: 1, memory: spec.scheduler.memory }]),
  ];
  const application = processes.reduce(
    (sum, { count, memory }) => sum + count * (memory === false ? TYPICAL.applicationProcess : memory),
    0,
  );
  const postgres = localPostgres(spec);
  const redis = localRedis(spec);
  const cache = spec.cache === false ? 0 : spec.cache.memory;
  return bytes(
    application +
      (postgres === null ? 0 : postgres.servers * postgres.memory + TYPICAL.service) +
      (redis === null ? 0 : redis.servers * redis.memory + redis.sentinels * TYPICAL.service) +
      cache +
      (spec.monitoring === false ? 0 : TYPICAL.prometheus + TYPICAL.service) +
      4 * TYPICAL.service,
  );
}

/** Memory that Redis may hold; a save to disk forks a process that shares it. */
export function largestRedis(spec: Spec): Bytes {
  return localRedis(spec)?.memory ?? bytes(0);
}

/** Disk that a fleet wants free at its start: an empty database for each server, and room for Redis to rewrite its file. */
export function estimateDisk(spec: Spec): Bytes {
  const postgres = localPostgres(spec);
  const redis = localRedis(spec);
  return bytes(
    mebibytes(200) +
      (postgres === null ? 0 : postgres.servers * TYPICAL.postgresData) +
      (redis === null ? 0 : redis.servers * redis.memory) +
      (spec.monitoring === false ? 0 : spec.monitoring.size),
  );
}

/** The most files that one process of the fleet opens: HAProxy holds two sockets for each visitor. */
export function mostOpenFiles(spec: Spec): { readonly files: number; readonly by: string } {
  const balancer = { files: 2 * spec.balancer.maxConnections + 500, by: spec.balancer.engine };
  if (spec.postgres === false || spec.postgres.kind !== "local") return balancer;
  const pooler = {
    files: spec.postgres.pool.clients + spec.postgres.pool.size * (2 + spec.postgres.replicas) + 100,
    by: "pgbouncer",
  };
  return pooler.files > balancer.files ? pooler : balancer;
}
