import type { LocalPostgres } from "./postgres/postgres.ts";
import type { LocalRedis } from "./redis/redis.ts";
import type { Spec } from "./spec.ts";

/** The PostgreSQL that Tenfold runs; `null` when it is managed or absent. */
export function localPostgres(spec: Spec): LocalPostgres | null {
  return spec.postgres !== false && spec.postgres.kind === "local" ? spec.postgres : null;
}

/** The durable Redis that Tenfold runs; `null` when it is managed or absent. */
export function localRedis(spec: Spec): LocalRedis | null {
  return spec.redis !== false && spec.redis.kind === "local" ? spec.redis : null;
}
