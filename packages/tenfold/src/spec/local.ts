import type { Monitoring } from "./monitoring/monitoring.ts";
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

/** The monitoring that the file asks for; `null` when it asks for none, also where a state was written before there was any. */
export function monitoringOf({ monitoring }: Partial<Pick<Spec, "monitoring">>): Monitoring | null {
  return monitoring === undefined || monitoring === false ? null : monitoring;
}

/** Whether somebody is to be told of alerts, so that an Alertmanager runs. */
export function tellsSomebody(spec: Partial<Pick<Spec, "monitoring">>): boolean {
  return (monitoringOf(spec)?.alerts.to.length ?? 0) > 0;
}
