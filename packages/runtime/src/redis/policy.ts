import { Fault } from "../fault/index.ts";
import type { RedisRole } from "./redis-port.ts";

/**
 * A durable Redis that may evict would drop sessions, queued jobs and limits without a word, so it is refused. Reads the
 * answer of `INFO memory`; a server without a memory limit evicts nothing.
 */
export function checkPolicy(role: RedisRole, info: string): Fault | null {
  const field = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
  const policy = field("maxmemory_policy");
  const limit = Number(field("maxmemory") ?? 0);
  if (role === "cache" || policy === undefined || policy === "noeviction" || limit === 0) return null;
  return new Fault("TF_RT_REDIS_POLICY", `REDIS_URL: maxmemory-policy is ${policy} with maxmemory ${limit}`, {
    hint: "set maxmemory-policy noeviction there, and give the cache a Redis of its own by REDIS_CACHE_URL",
  });
}
