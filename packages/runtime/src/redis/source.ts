import type { Address, Environment } from "../environment/index.ts";
import { Fault } from "../fault/index.ts";
import type { RedisRole } from "./redis-port.ts";
import { findMaster } from "./sentinel.ts";

/** Where the server of a role is, asked anew before each attempt to connect. */
export type Source = (deadline: number) => Promise<string>;

/** `front`: `REDIS_URL` follows the master (a TCP front, a managed service). `sentinel`: the sentinels say who it is. */
export type Follow = "front" | "sentinel";

/** Throws `TF_RT_NOT_CONFIGURED` when the environment names no server for the role. */
export function redisSource(environment: Environment, role: RedisRole, follow?: Follow): Source {
  const { redisUrl, redisCacheUrl, sentinels, sentinelMaster } = environment;
  const url = role === "durable" ? redisUrl : redisCacheUrl;
  const followed = role === "durable" && sentinels.length > 0 && sentinelMaster !== null;
  if (followed && (follow === "sentinel" || url === null)) {
    return async (deadline) => at(url ?? "redis://0.0.0.0", await findMaster(sentinels, sentinelMaster, deadline));
  }
  if (follow === "sentinel" && role === "durable") {
    throw new Fault("TF_RT_NOT_CONFIGURED", "the sentinels are to be followed, and REDIS_SENTINELS names none");
  }
  if (url === null) {
    throw new Fault("TF_RT_NOT_CONFIGURED", `no ${role} Redis is configured`, {
      hint: role === "durable" ? "set REDIS_URL, or `redis` in the fleet file" : "set REDIS_CACHE_URL or REDIS_URL",
    });
  }
  return async () => url;
}

/** The user, password, database and TLS of a URL, at another address. */
function at(url: string, { host, port }: Address): string {
  const moved = new URL(url);
  moved.hostname = host.includes(":") ? `[${host}]` : host;
  moved.port = `${port}`;
  return moved.href;
}
