export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What a fleet tells a process of the application. A service that is not configured is `null`. */
export interface Environment {
  readonly host: string;
  readonly port: number | null;
  /** The name by which logs, health and metrics know this process: `web-1`. */
  readonly instanceId: string;
  /** From 0, among the instances of its kind. */
  readonly instanceIndex: number | null;
  readonly release: string | null;
  /** The queue that this worker is to serve. */
  readonly queue: string | null;
  /** The primary, through the pooler: transactions share connections, so nothing may be kept in a session of it. */
  readonly databaseUrl: string | null;
  /** Replicas, through the pooler. */
  readonly databaseReadUrls: readonly string[];
  /** The primary, past the pooler: migrations, LISTEN. */
  readonly databaseDirectUrl: string | null;
  /** Durable: sessions, queues, limits. */
  readonly redisUrl: string | null;
  /** Evicting: the cache. `redisUrl` when there is no other. */
  readonly redisCacheUrl: string | null;
  readonly sentinels: readonly Address[];
  readonly sentinelMaster: string | null;
  readonly storageDir: string | null;
  /** The number of proxies in front whose `X-Forwarded-*` is believed; 0: none. */
  readonly trustProxy: number;
}
