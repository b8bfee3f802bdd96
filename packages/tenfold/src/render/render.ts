import type { Fleet } from "../fleet/fleet.ts";
import type { Rendering } from "../fleet/launch.ts";
import type { Member } from "../fleet/member.ts";
import { renderAlertmanager } from "./alertmanager/alertmanager.ts";
import { renderApp } from "./app/app.ts";
import { renderBalancer } from "./edge/balancer.ts";
import { renderPgbouncer } from "./pgbouncer/pgbouncer.ts";
import { renderPostgres } from "./postgres/postgres.ts";
import { renderPrometheus } from "./prometheus/prometheus.ts";
import { renderRedis } from "./redis/redis.ts";

/** Files and command of one member. */
export function renderMember(fleet: Fleet, member: Member): Rendering {
  switch (member.kind) {
    case "web":
    case "worker":
    case "scheduler":
      return renderApp(fleet, member);
    case "balancer":
      return renderBalancer(fleet, member);
    case "postgres":
      return renderPostgres(fleet, member);
    case "pooler":
      return renderPgbouncer(fleet, member);
    case "redis":
    case "sentinel":
    case "cache":
      return renderRedis(fleet, member);
    case "prometheus":
      return renderPrometheus(fleet, member);
    case "alertmanager":
      return renderAlertmanager(fleet, member);
    default:
      return member.kind satisfies never;
  }
}
