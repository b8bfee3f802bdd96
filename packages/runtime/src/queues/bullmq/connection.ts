import type { Redis, RedisOptions } from "ioredis";
import { loadPeer } from "../../context/index.ts";
import type { Environment } from "../../environment/index.ts";
import { Fault } from "../../fault/index.ts";
import { backoff } from "../../redis/backoff.ts";

/** Milliseconds without a byte while an answer is due: the server is frozen, or the network is gone. */
const SILENCE = 5_000;

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

/**
 * Gives up a connection on which an answer is due and nothing comes; what it holds is sent again on the next. ioredis can do
 * so by itself (`socketTimeout`), with a timer for every answer. Not for connections that block: BullMQ watches those.
 */
function watchSilence(client: Redis): NodeJS.Timeout {
  let read = -1;
  let since = 0;
  const look = (): void => {
    const { stream, commandQueue } = client;
    const now = performance.now();
    if (client.status !== "ready" || commandQueue.length === 0 || stream.bytesRead !== read) {
      since = now;
      read = stream?.bytesRead ?? -1;
    } else if (now - since >= SILENCE) stream.destroy(new Error(`nothing came for ${SILENCE} ms`));
  };
  return setInterval(look, SILENCE / 10).unref();
}

/** A client, and those that BullMQ makes after its pattern. */
export class Clients {
  readonly first: Redis;
  readonly #made: Redis[];
  readonly #watch: NodeJS.Timeout;

  private constructor(first: Redis) {
    this.first = first;
    this.#made = [first];
    this.#watch = watchSilence(first);
    const duplicate = first.duplicate.bind(first);
    first.duplicate = (override) => {
      const made = duplicate(override);
      made.on("error", () => {});
      this.#made.push(made);
      return made;
    };
  }

  /** Whoever waits on it is told by a deadline of its own; the shared connection of the context tells of Redis' state. */
  static async open(options: RedisOptions): Promise<Clients> {
    const { Redis } = await loadPeer("ioredis", () => import("ioredis"));
    const first = new Redis(options as RedisOptions & { replyMapping?: "legacy" });
    first.on("error", () => {});
    return new Clients(first);
  }

  /** Ends all, whatever they wait for. Idempotent. */
  cut(): void {
    clearInterval(this.#watch);
    for (const client of this.#made) cut(client);
  }
}

/** One that is about to connect again would, in ioredis, neither end nor fail what it holds. */
function cut(client: Redis): void {
  const parked = client.status === "reconnecting";
  client.options.retryStrategy = () => null;
  client.disconnect();
  if (!parked) return;
  const inside = client as unknown as { setStatus(status: string): void; flushQueue(error: Error): void };
  inside.setStatus("end");
  inside.flushQueue(new Error("Connection is closed."));
}
