import { z } from "zod";
import { type Backups, backups } from "./backups/backups.ts";
import { type Balancer, balancer } from "./balancer/balancer.ts";
import { type Deploy, deploy } from "./deploy/deploy.ts";
import { type Logs, logs } from "./logs/logs.ts";
import { type Monitoring, monitoring } from "./monitoring/monitoring.ts";
import { fleetName } from "./name.ts";
import { FALLBACK_NAME } from "./name-from.ts";
import { type Postgres, postgres } from "./postgres/postgres.ts";
import { type Cache, cache, DEFAULT_CACHE, type Redis, redis } from "./redis/redis.ts";
import { type Command, command, environment } from "./scalars.ts";
import { type Scheduler, scheduler } from "./scheduler/scheduler.ts";
import { withTraits } from "./traits.ts";
import { type Web, web } from "./web/web.ts";
import { type Workers, workers } from "./workers/workers.ts";

/** What the user wrote, parsed and defaulted. Values of `env` and URLs may still hold `${VARIABLE}` references. */
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
  readonly deploy: Deploy;
  readonly backups: Backups;
  readonly logs: Logs;
  readonly monitoring: Monitoring | false;
  /** The system's user that members run as when Tenfold is started as root; `null`: an unprivileged one. */
  readonly user: string | null;
}

const user = withTraits(z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/), { expects: "the name of a user" });

const fields = z.strictObject({
  $schema: z.string().optional().describe("The JSON Schema that an editor checks the file with. Tenfold ignores it."),
  name: fleetName.optional().describe("The fleet's name. Absent: the directory's, made valid."),
  web: web.describe("The web tier: a command, or a map."),
  workers: workers.prefault({}).describe("Background workers, by name: each a command, or a map."),
  scheduler: scheduler
    .prefault(false)
    .describe("The process that enqueues work by the clock: a command, or a map. Exactly one runs."),
  release: z
    .union([z.literal(false), command])
    .prefault(false)
    .describe("Runs once for each release, before it takes traffic: migrations."),
  env: environment.prefault({}).describe("Variables for every process of the application."),
  balancer: balancer.prefault({}).describe("The edge: the name of the program, or a map."),
  postgres: postgres.prefault(false).describe("true or a map for local servers, or {url} of a managed one."),
  redis: redis.prefault(false).describe("true or a map for local servers, or {url} of a managed one."),
  cache: cache.optional().describe("A second Redis that evicts. Absent: on wherever a local redis is."),
  deploy: deploy.prefault({}).describe("How a new release comes."),
  backups: backups
    .prefault(false)
    .describe("When copies of the data are made, and where they are kept: true, or a map."),
  logs: logs.prefault({}).describe("How much of each member's output is kept."),
  monitoring: monitoring
    .prefault(false)
    .describe("A Prometheus that reads the fleet's figures, with rules for alerts: true, or a map."),
  user: user
    .optional()
    .describe("The system's user that members run as when Tenfold is started as root. Absent: an unprivileged one."),
});

/** The whole file. Rules that join several fields are in rules.ts. */
export const fleetFile: z.ZodType<Spec> = fields.transform(
  ({
    web,
    workers,
    scheduler,
    release,
    env,
    balancer,
    postgres,
    redis,
    deploy,
    backups,
    logs,
    monitoring,
    ...rest
  }) => ({
    name: rest.name ?? FALLBACK_NAME,
    web,
    workers,
    scheduler,
    release,
    env,
    balancer,
    postgres,
    redis,
    cache: rest.cache ?? (redis !== false && redis.kind === "local" ? DEFAULT_CACHE : false),
    deploy,
    backups,
    logs,
    monitoring,
    user: rest.user ?? null,
  }),
);
