import { Redis } from "ioredis";
import { describeError, type Log } from "./log.ts";

/** Milliseconds that a command may take, waiting for a lost connection included. A failover takes less. */
export const COMMAND_DEADLINE: number = 4_000;

/**
 * A connection to the Redis master, made when the first command comes.
 *
 * In a fleet it goes through a TCP proxy that follows the master, so a failover shows itself as a connection that
 * closes, or as `READONLY` from a master that is none any more. Either way the client connects again and sends the
 * command again, until its deadline. So every command that is given to it must be safe to run twice.
 */
export function connectRedis(url: string, log: Log, deadline: number = COMMAND_DEADLINE): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectionName: "tutormax",
    // The replies that Redis' documentation shows; in version 3 those of streams have another shape.
    protocol: 2,
    connectTimeout: 1_000,
    commandTimeout: deadline,
    // A server that is frozen keeps the connection and says nothing.
    socketTimeout: deadline,
    // After so many attempts, which take longer than the deadline, what still waits is given up: in a long outage it
    // would only pile up, to be done when nobody wants it any more.
    maxRetriesPerRequest: 10,
    retryStrategy: (attempt) => Math.min(25 * 2 ** attempt, 500),
    // 2: connect again, then send the command again.
    reconnectOnError: (error) => (error.message.startsWith("READONLY") ? 2 : false),
  });
  // It says so at every attempt to connect; one line for each outage is enough.
  let lost = false;
  redis.on("error", (error: Error) => {
    if (!lost) log.warn("redis lost", { error: describeError(error) });
    lost = true;
  });
  redis.on("ready", () => {
    if (lost) log.info("redis is back");
    lost = false;
  });
  return redis;
}
