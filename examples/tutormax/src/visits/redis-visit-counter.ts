import type { Redis } from "ioredis";
import { Unavailable } from "../unavailable.ts";
import { REMEMBERED, type Visit, type VisitCounter } from "./visit-counter.ts";
import { newVisitorId, visitorKey } from "./visitor-id.ts";

/**
 * Keys: the visitor's count, and a mark that this request was counted. Arguments: the visitor's lifetime, the mark's
 * lifetime, whether a visitor who is unknown may be created. Answers with the count, or with 0 for one who may not.
 */
const COUNT = `
if ARGV[3] == "0" and redis.call("EXISTS", KEYS[1]) == 0 then return 0 end
if redis.call("SET", KEYS[2], 1, "NX", "EX", ARGV[2]) then
  redis.call("INCR", KEYS[1])
  redis.call("EXPIRE", KEYS[1], ARGV[1])
end
return tonumber(redis.call("GET", KEYS[1]) or 0)`;

/** Seconds. Much longer than the balancer and the client take to send a request or a command again. */
const MARKED = 15;

/** Counts in Redis, which all instances share. */
export class RedisVisitCounter implements VisitCounter {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async count(visitor: string | null, request: string): Promise<Visit> {
    if (visitor !== null) {
      const visits = await this.#count(visitor, request, false);
      if (visits > 0) return { visitor, visits };
    }
    const created = newVisitorId();
    return { visitor: created, visits: await this.#count(created, request, true) };
  }

  async #count(visitor: string, request: string, create: boolean): Promise<number> {
    const key = `visits:${visitorKey(visitor)}`;
    try {
      return Number(await this.#redis.eval(COUNT, 2, key, `${key}:${request}`, REMEMBERED, MARKED, create ? "1" : "0"));
    } catch (error) {
      throw new Unavailable("Redis did not answer", { cause: error });
    }
  }
}
