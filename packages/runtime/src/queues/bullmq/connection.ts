import type { Redis, RedisOptions } from "ioredis";
import { loadPeer } from "../../context/index.ts";
import type { Environment } from "../../environment/index.ts";
import { Fault } from "../../fault/index.ts";
import { backoff } from "../../redis/backoff.ts";

/** Milliseconds without a byte while an answer is due: the server is frozen, or the network is gone. */
export const SILENCE = 5_000;

/** Answers that mean: this is not the master, or not yet. The command has done nothing; another connection is needed. */
const ELSEWHERE = /READONLY|UNBLOCKED|MASTERDOWN|LOADING/;

/** How BullMQ reaches the durable Redis. It patches clients, so it gets its own. Fault: `TF_RT_NOT_CONFIGURED`. */
export function connectionOptions({ redisUrl, sentinels, sentinelMaster }: Environment, name: string): RedisOptions {
  const url = redisUrl === null ? null : new URL(redisUrl);
  const [username, password] = [url?.username, url?.password].map((part = "") => decodeURIComponent(part));
  const common: RedisOptions = {
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    db: Number(url?.pathname.slice(1) || 0),
    connectionName: name,
    maxRetriesPerRequest: null,
    connectTimeout: 3_000,
    socketTimeout: SILENCE,
    retryStrategy: (attempt) => backoff(attempt, Math.random()),
    reconnectOnError: (error) => (ELSEWHERE.test(error.message) ? 2 : false),
  };
  if (url !== null) {
    const port = Number(url.port || 6379);
    const tls = url.protocol === "rediss:" ? { tls: {} } : {};
    return { ...common, host: url.hostname.replace(/^\[|\]$/g, ""), port, ...tls };
  }
  if (sentinels.length > 0 && sentinelMaster !== null) {
    return { ...common, sentinels: [...sentinels], name: sentinelMaster, failoverDetector: true };
  }
  throw new Fault("TF_RT_NOT_CONFIGURED", "queues need a durable Redis, and no REDIS_URL names one", {
    hint: 'set REDIS_URL, or `redis` in the fleet file; for development without it: queues: { backend: "memory" }',
  });
}

export async function connect(options: RedisOptions, onError: (error: Error) => void): Promise<Redis> {
  const { Redis } = await loadPeer("ioredis", () => import("ioredis"));
  const client = new Redis(options as RedisOptions & { replyMapping?: "legacy" });
  client.on("error", onError);
  return client;
}
