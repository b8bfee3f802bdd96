import type { Cache, CacheOptions } from "../cache/index.ts";
import type { Channels, ChannelsOptions } from "../channels/index.ts";
import type { Context, Part } from "../context/index.ts";
import type { DatabaseOptions, RoutingPool } from "../database/index.ts";
import type { Drain, DrainOptions } from "../drain/index.ts";
import type { Health, HealthOptions } from "../health/index.ts";
import type { Limits } from "../limits/index.ts";
import type { Metrics, MetricsOptions } from "../metrics/index.ts";
import type { Pool, PoolOptions, RegisteredTasks } from "../pool/index.ts";
import type { Queues, QueuesOptions } from "../queues/index.ts";
import type { Schedule, ScheduleOptions } from "../schedule/index.ts";
import type { Sessions, SessionsOptions } from "../sessions/index.ts";
import type { Storage, StorageOptions } from "../storage/index.ts";

/** The parts by the names under which an application finds them. A part adds a line here, to the next two, and to a runtime's options. */
export interface Parts {
  cache: Cache;
  limits: Limits;
  pool: Pool<RegisteredTasks>;
  storage: Storage;
  schedule: Schedule;
  queues: Queues;
  sessions: Sessions;
  channels: Channels;
  db: RoutingPool;
  drain: Drain;
  health: Health;
  metrics: Metrics;
}

/** What a part may be told. */
export interface PartOptions {
  cache?: CacheOptions;
  limits?: object;
  pool?: PoolOptions;
  storage?: StorageOptions;
  schedule?: ScheduleOptions;
  queues?: QueuesOptions;
  sessions?: SessionsOptions;
  channels?: ChannelsOptions;
  db?: DatabaseOptions;
  drain?: DrainOptions;
  health?: HealthOptions;
  metrics?: MetricsOptions;
}

/** Makes a part. Does not wait, and connects to nothing. */
export type Open<Made extends Part, Options> = (context: Context, options: Options, part: PartOf) => Made;

/** Another part of the same runtime, for one that builds on it. */
export type PartOf = <Name extends keyof Parts>(name: Name) => Parts[Name];

type Loaders = {
  readonly [Name in keyof Parts]-?: () => Promise<Open<Parts[Name], NonNullable<PartOptions[Name]>>>;
};

/**
 * In the order in which they are closed: who uses others comes before them. Modules of parts import their peers only when
 * they need them (`loadPeer`), so that an application needs no package for what it does not use.
 */
export const LOADERS: Loaders = {
  schedule: async () => {
    const { openSchedule } = await import("../schedule/index.ts");
    return (context, options, part) => openSchedule(context, part("queues"), options);
  },
  queues: async () => (await import("../queues/index.ts")).openQueues,
  channels: async () => (await import("../channels/index.ts")).openChannels,
  pool: async () => (await import("../pool/index.ts")).openPool,
  limits: async () => (await import("../limits/index.ts")).openLimits,
  cache: async () => (await import("../cache/index.ts")).openCache,
  storage: async () => (await import("../storage/index.ts")).openStorage,
  sessions: async () => (await import("../sessions/index.ts")).openSessions,
  db: async () => (await import("../database/index.ts")).openDatabase,
  drain: async () => {
    const { openDrain } = await import("../drain/index.ts");
    return (context, options, part) => openDrain(context, part("health"), options);
  },
  health: async () => {
    const { openHealth } = await import("../health/index.ts");
    return (context, options, part) => {
      // So that it is looked at even before anybody has asked it.
      if (context.environment.databaseUrl !== null && has("pg")) part("db");
      return openHealth(context, options);
    };
  },
  metrics: async () => (await import("../metrics/index.ts")).openMetrics,
};

/** Whether the application has an optional package. */
function has(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
