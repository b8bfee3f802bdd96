import type { Check } from "./health.ts";
import type { Log } from "./log.ts";
import type { SessionStore } from "./sessions/store.ts";
import type { Settings } from "./settings.ts";
import type { VisitCounter } from "./visits/visit-counter.ts";

/** Where something is kept, how to look whether that place answers, and how to leave it. */
export interface Kept<Store> {
  readonly store: Store;
  readonly check: Check;
  readonly close: () => Promise<void>;
}

/** PostgreSQL when it is configured, else memory. Drivers are loaded only when they are needed. */
export async function openSessions(settings: Settings, log: Log): Promise<Kept<SessionStore>> {
  if (settings.databaseUrl === null) {
    const { MemorySessionStore } = await import("./sessions/memory-store.ts");
    return { store: new MemorySessionStore(() => new Date()), check: null, close: async () => {} };
  }
  const { Database } = await import("./database/database.ts");
  const { PostgresSessionStore } = await import("./sessions/postgres-store.ts");
  const urls = { primary: settings.databaseUrl, replicas: settings.databaseReadUrls };
  const database = new Database(urls, log);
  return {
    store: new PostgresSessionStore(database),
    check: () => database.check(),
    close: () => database.close(),
  };
}

/** Redis when it is configured, else memory. */
export async function openVisits(settings: Settings, log: Log): Promise<Kept<VisitCounter>> {
  if (settings.redisUrl === null) {
    const { MemoryVisitCounter } = await import("./visits/memory-visit-counter.ts");
    return { store: new MemoryVisitCounter(), check: null, close: async () => {} };
  }
  const { connectRedis } = await import("./redis.ts");
  const { RedisVisitCounter } = await import("./visits/redis-visit-counter.ts");
  const redis = connectRedis(settings.redisUrl, log);
  return {
    store: new RedisVisitCounter(redis),
    check: () => redis.ping(),
    close: async () => redis.disconnect(),
  };
}
