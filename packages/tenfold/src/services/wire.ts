import type { MemberKind } from "../fleet/member.ts";
import { jobService, webService } from "./app/app-service.ts";
import { BackupService } from "./backup/backup-service.ts";
import { createBalancer } from "./balancer/balancer.ts";
import { alertmanagerService, prometheusService } from "./monitoring/monitoring-service.ts";
import { PoolerService } from "./pooler/pooler-service.ts";
import { PostgresService } from "./postgres/postgres-service.ts";
import { QueueService } from "./queues/queue-service.ts";
import { RedisService } from "./redis/redis-service.ts";
import type { ServiceAdapter, Services } from "./service.ts";

/** The services of a machine, one adapter for each kind of member. */
export function createServices(): Services {
  const balancer = createBalancer();
  const postgres = new PostgresService();
  const pooler = new PoolerService();
  const redis = new RedisService();
  const queues = new QueueService(redis);
  const backup = new BackupService();
  const adapters: Readonly<Record<MemberKind, ServiceAdapter>> = {
    web: webService,
    worker: jobService,
    scheduler: jobService,
    balancer: balancer.adapter,
    postgres,
    pooler,
    redis,
    sentinel: redis,
    cache: redis,
    prometheus: prometheusService,
    alertmanager: alertmanagerService,
  };
  return {
    of: (kind) => adapters[kind],
    balancer: balancer.control,
    pooler,
    postgres,
    redis,
    queues,
    backup,
    close: async () => {
      for (const service of [pooler, postgres, queues, redis, backup]) service.close();
    },
  };
}
