import { z } from "zod";
import { type Balancer, balancer } from "./balancer/balancer.ts";
import { type Logs, logs } from "./logs/logs.ts";
import { type Postgres, postgres } from "./postgres/postgres.ts";
import { type Cache, cache, DEFAULT_CACHE, type Redis, redis } from "./redis/redis.ts";
import { type Command, command, environment } from "./scalars.ts";
import { type Scheduler, scheduler } from "./scheduler/scheduler.ts";
import { type Web, web } from "./web/web.ts";
import { type Workers, workers } from "./workers/workers.ts";

/** What the user wrote, parsed and defaulted. Text may still hold `${VARIABLE}` references. */
export interface Spec {
  readonly name: string;
  readonly web: Web;
  readonly workers: Workers;
  readonly scheduler: Scheduler | false;
  /** Runs once for each release, before it takes traffic: migrations. */
  readonly release: Command | false;
  readonly env: Readonly<Record<string, string>>;
  readonly balancer: Balancer;
  readonly postgres: Postgres;
  readonly redis: Redis;
  readonly cache: Cache | false;
  readonly logs: Logs;
  /** The system's user that members run as when Tenfold is started as root; `null`: an unprivileged one. */
  readonly user: string | null;
}

const fields = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/, "must be lower-case letters, digits and dashes, starting with a letter")
    .describe("The fleet's name; the directory's when absent."),
  web: web.describe("The web tier."),
  workers: workers.default({}).describe("Background workers, by name."),
  scheduler: scheduler
    .default(false)
    .describe("The process that enqueues work by the clock: a command, or {command, ...}. Exactly one runs."),
  release: z
    .union([z.literal(false), command])
    .default(false)
    .describe("Runs once for each release, before it takes traffic: migrations."),
  env: environment.default({}).describe("Variables for every process of the application."),
  balancer: balancer.prefault({}).describe("The edge: haproxy, nginx, or {engine, port, ...}."),
  postgres: postgres
    .default(false)
    .describe("true, false, {replicas, ...} for local servers, or {url} of a managed one."),
  redis: redis.default(false).describe("true, false, {replicas, ...} for local servers, or {url} of a managed one."),
  cache: cache.optional().describe("A second Redis that evicts. On wherever a local redis is."),
  logs: logs.prefault({}).describe("How much of each member's output is kept."),
  user: z
    .string()
    .min(1)
    .optional()
    .describe("The system's user that members run as when Tenfold is started as root. Absent: an unprivileged one."),
});

function resolveCache(value: Cache | boolean | undefined, durable: Redis): Cache | false {
  if (value === undefined) return durable !== false && durable.kind === "local" ? DEFAULT_CACHE : false;
  return value === true ? DEFAULT_CACHE : value;
}

/** The whole file. Rules that join several fields are in rules.ts. */
export const fleetFile: z.ZodType<Spec> = fields.transform((value) => ({
  ...value,
  cache: resolveCache(value.cache, value.redis),
  user: value.user ?? null,
}));
