import { stringify } from "yaml";
import { configBytes } from "../units/bytes.ts";
import { formatDuration } from "../units/millis.ts";
import type { Backups, ObjectStore } from "./backups/backups.ts";
import { formatSchedule } from "./backups/schedule.ts";
import type { Balancer } from "./balancer/balancer.ts";
import { formatRate } from "./balancer/rate.ts";
import type { Deploy } from "./deploy/deploy.ts";
import type { Logs } from "./logs/logs.ts";
import { writeMonitoring } from "./monitoring/format.ts";
import type { Plain, PlainMap } from "./plain.ts";
import type { Postgres } from "./postgres/postgres.ts";
import type { AppProcess } from "./process.ts";
import type { Cache, Redis } from "./redis/redis.ts";
import type { Instances } from "./scalars.ts";
import type { QueueSource } from "./scaling/queue-source.ts";
import { formatRule } from "./scaling/rule.ts";
import type { WebScaling, WorkerScaling } from "./scaling/scaling.ts";
import { formatSchedule as formatBounds } from "./scaling/schedule.ts";
import type { Spec } from "./spec.ts";
import type { Health, Web } from "./web/web.ts";
import type { Worker } from "./workers/workers.ts";

/** A place for every field: one that is forgotten does not compile. `undefined` is left out. */
type Written<T> = { readonly [K in keyof T]: Plain | undefined };

/** Without what is left out; keys in the given order. */
function written<T>(fields: Written<T>): PlainMap {
  const kept = Object.entries<Plain | undefined>(fields).filter(
    (entry): entry is [string, Plain] => entry[1] !== undefined,
  );
  return Object.fromEntries(kept);
}

/** Text in which a reference was resolved must not be resolved again. In commands and templates, nothing was. */
function resolved(text: string): string {
  return text.split("${").join("$${");
}

function writeInstances({ min, max }: Instances): Plain {
  return min === max ? min : { min, max };
}

function writeProcess(value: AppProcess): Written<AppProcess> {
  return {
    command: value.command,
    directory: resolved(value.directory),
    grace: formatDuration(value.grace),
    memory: value.memory === false ? false : configBytes(value.memory),
    cpu: value.cpu,
    env: value.env,
  };
}

function writeHealth(health: Health): PlainMap {
  return written<Health>({
    path: health.strict ? resolved(health.path) : undefined,
    strict: undefined,
    interval: formatDuration(health.interval),
    timeout: formatDuration(health.timeout),
    start: formatDuration(health.start),
  });
}

function writeWeb(web: Web): PlainMap {
  const { env, ...rest } = writeProcess(web);
  return written<Web>({
    ...rest,
    instances: writeInstances(web.instances),
    health: writeHealth(web.health),
    sticky: web.sticky,
    balance: web.balance,
    concurrency: web.concurrency,
    slowStart: formatDuration(web.slowStart),
    drain: formatDuration(web.drain),
    scale: written<WebScaling>({
      target: formatDuration(web.scale.target),
      late: `${web.scale.late}%`,
      thrift: web.scale.thrift,
      dryRun: web.scale.dryRun,
      connections: web.scale.connections ?? undefined,
      ...writeScaling(web.scale),
    }),
    env,
  });
}

function writeScaling({ rules, schedules }: Pick<WebScaling, "rules" | "schedules">): {
  rules: Plain;
  schedules: Plain;
} {
  return { rules: rules.map(formatRule), schedules: schedules.map(formatBounds) };
}

type SourceKeys = { readonly [K in QueueSource["kind"]]?: Plain };

function writeSource(source: QueueSource | null): SourceKeys {
  switch (source?.kind) {
    case undefined:
      return {};
    case "library":
      return { library: source.library };
    case "command":
      return { command: source.command };
    case "prometheus": {
      const { url, depth, oldest, inFlight } = source;
      const known = {
        url,
        depth: resolved(depth),
        oldest: oldest && resolved(oldest),
        inFlight: inFlight && resolved(inFlight),
      };
      return { prometheus: Object.fromEntries(Object.entries(known).filter(([, text]) => text !== null)) as PlainMap };
    }
  }
}

function writeWorker(worker: Worker): PlainMap {
  const { env, ...rest } = writeProcess(worker);
  return written<Worker>({
    ...rest,
    instances: writeInstances(worker.instances),
    scale: written<WorkerScaling & SourceKeys>({
      source: undefined,
      ...writeSource(worker.scale.source),
      wait: formatDuration(worker.scale.wait),
      jobs: worker.scale.jobs,
      jobTime: worker.scale.jobTime === null ? undefined : formatDuration(worker.scale.jobTime),
      dryRun: worker.scale.dryRun,
      ...writeScaling(worker.scale),
    }),
    queue: resolved(worker.queue),
    env,
  });
}

function writeBalancer(balancer: Balancer): PlainMap {
  const { tls, timeouts } = balancer;
  return written<Balancer>({
    engine: balancer.engine,
    host: balancer.host,
    port: balancer.port ?? undefined,
    tls: typeof tls === "object" ? { certificate: resolved(tls.certificate), key: resolved(tls.key) } : tls,
    rateLimit: balancer.rateLimit === false ? false : formatRate(balancer.rateLimit),
    gzip: balancer.gzip,
    securityHeaders: balancer.securityHeaders,
    maxBody: configBytes(balancer.maxBody),
    maxConnections: balancer.maxConnections,
    timeouts: written<Balancer["timeouts"]>({
      connect: formatDuration(timeouts.connect),
      request: formatDuration(timeouts.request),
      idle: formatDuration(timeouts.idle),
      websocket: formatDuration(timeouts.websocket),
      queue: formatDuration(timeouts.queue),
    }),
  });
}

function writePostgres(postgres: Postgres): Plain {
  if (postgres === false) return false;
  if (postgres.kind === "managed") return { url: postgres.url, readUrls: postgres.readUrls };
  const settings = Object.entries(postgres.settings).map(([name, value]) => [name, resolved(value)]);
  return written<typeof postgres>({
    kind: undefined,
    replicas: postgres.replicas,
    prefer: postgres.prefer,
    database: postgres.database ?? undefined,
    memory: postgres.memory === null ? undefined : configBytes(postgres.memory),
    pool: { ...postgres.pool, wait: formatDuration(postgres.pool.wait) },
    settings: Object.fromEntries(settings),
  });
}

function writeRedis(redis: Redis): Plain {
  if (redis === false) return false;
  if (redis.kind === "managed")
    return { url: redis.url, ...(redis.cacheUrl === null ? {} : { cacheUrl: redis.cacheUrl }) };
  return written<typeof redis>({
    kind: undefined,
    replicas: redis.replicas,
    sentinels: redis.sentinels,
    memory: configBytes(redis.memory),
  });
}

function writeDeploy({ surge, warm, watch, ...deploy }: Deploy): PlainMap {
  return written<Deploy>({
    ...deploy,
    surge: surge.kind === "count" ? surge.count : `${surge.share}%`,
    warm: formatDuration(warm),
    watch: formatDuration(watch),
  });
}

function writeBackups({ schedule, to, s3, ...backups }: Backups): PlainMap {
  return written<Backups>({
    schedule: schedule === null ? false : formatSchedule(schedule),
    ...backups,
    to: resolved(to),
    s3:
      s3 === null
        ? undefined
        : written<ObjectStore>({ ...s3, endpoint: s3.endpoint ?? undefined, region: resolved(s3.region) }),
  });
}

/** The specification in the vocabulary of the file, with every default: parsing it gives the same specification. */
export function specToFile(spec: Spec): PlainMap {
  const workers = Object.entries(spec.workers).map(([name, worker]) => [name, writeWorker(worker)] as const);
  return written<Spec>({
    name: spec.name,
    web: writeWeb(spec.web),
    workers: Object.fromEntries(workers),
    scheduler: spec.scheduler === false ? false : written<AppProcess>(writeProcess(spec.scheduler)),
    release: spec.release,
    env: spec.env,
    balancer: writeBalancer(spec.balancer),
    postgres: writePostgres(spec.postgres),
    redis: writeRedis(spec.redis),
    cache: spec.cache === false ? false : written<Cache>({ memory: configBytes(spec.cache.memory) }),
    deploy: writeDeploy(spec.deploy),
    backups: writeBackups(spec.backups),
    logs: written<Logs>({ maxSize: configBytes(spec.logs.maxSize), keep: spec.logs.keep }),
    monitoring: writeMonitoring(spec.monitoring, resolved),
    user: spec.user ?? undefined,
  });
}

/** `specToFile` as YAML. No secret is in it: variables are shown as the references that the file has. */
export function formatSpec(spec: Spec): string {
  return stringify(specToFile(spec), { lineWidth: 0, aliasDuplicateObjects: false });
}
