import { LRUCache } from "lru-cache";
import type { Clock } from "../context/index.ts";
import { Fault, isFault } from "../fault/index.ts";
import type { RedisPort } from "../redis/index.ts";
import { type Decision, decide, type Rate } from "./gcra.ts";
import { TAKE } from "./script.ts";

export interface RateOptions {
  /** So many ... */
  readonly limit: number;
  /** ... in so many milliseconds. */
  readonly per: number;
  /** Of which so many at once. Default `limit`. */
  readonly burst?: number;
  /**
   * How many a process may take in advance for a key that is in demand, so that most decisions cost no round trip. They
   * count when they are taken, so the rate is kept; the burst may be exceeded by what others have in advance. Default 1:
   * one round trip a decision.
   */
  readonly lease?: number;
  /** When Redis is away: each process limits by itself (`local`, the default), or refuses with 503. */
  readonly whenAway?: "local" | "refuse";
}

/** What a process knows of one who is limited. Times by the clock of the context. */
interface Known {
  /** Taken in advance, until then. */
  tokens: number;
  tokensUntil: number;
  /** Refused before that time, since admissions by others only make it later. */
  refusedUntil: number;
  /** How many to take in advance the next time. */
  wish: number;
  askedAt: number;
  asking: Promise<unknown> | null;
  /** For when Redis is away. */
  arrival: number | null;
}

/** Milliseconds for which what was taken in advance may be used. */
const LEASE = 1_000;
/** A key that is asked for again within so many milliseconds is in demand. */
const DEMAND = 250;
const KNOWN = 50_000;

/** What a limit works with. `redis` is `null` when none is configured. */
export interface RateHome {
  readonly redis: RedisPort | null;
  readonly clock: Clock;
  readonly counters: Readonly<Record<"allowed" | "refused" | "asked" | "away", { value: number }>>;
}

/** A rate by key, the same on every instance. */
export class RateLimit {
  readonly name: string;
  readonly rate: Rate;
  readonly #home: RateHome;
  readonly #lease: number;
  readonly #whenAway: "local" | "refuse";
  readonly #known = new LRUCache<string, Known>({ max: KNOWN });

  constructor(home: RateHome, name: string, options: RateOptions) {
    const { limit, per, burst = limit, lease = 1, whenAway = "local" } = options;
    const problems = Object.entries({ limit, per, burst, lease })
      .filter(([option, value]) => !(value >= 1) || (option !== "per" && !Number.isInteger(value)))
      .map(([option, value]) => `limits.rate(${name}): ${option} ${value} is no positive number`);
    if (lease > burst) problems.push(`limits.rate(${name}): lease ${lease} exceeds burst ${burst}`);
    if (problems.length > 0) throw new Fault("TF_RT_OPTION", problems.join("; "), { lines: problems });
    this.name = name;
    this.rate = { limit, interval: per / limit, burst };
    this.#home = home;
    this.#lease = lease;
    this.#whenAway = whenAway;
  }

  /** Asks for admission of `cost` (1). Faults: `TF_RT_OPTION`, and with `whenAway: "refuse"` those of Redis. */
  async take(key: string, cost = 1): Promise<Decision> {
    if (!(cost >= 1 && cost <= this.rate.burst)) {
      throw new Fault("TF_RT_OPTION", `limits.rate(${this.name}): a cost of ${cost} is not from 1 to the burst`);
    }
    const known = this.#recall(key);
    for (;;) {
      const now = this.#home.clock.now();
      const decision = this.#here(known, cost, now);
      if (decision !== null) return this.#count(decision);
      if (this.#home.redis === null || this.#isAway(this.#home.redis))
        return this.#count(this.#alone(known, cost, now));
      if (this.#lease === 1 || cost > 1) return this.#count(await this.#ask(this.#home.redis, key, known, cost));
      if (known.asking === null) {
        const asking = this.#ask(this.#home.redis, key, known, cost);
        known.asking = asking;
        try {
          return this.#count(await asking);
        } finally {
          known.asking = null;
        }
      }
      // Another call asks for as many as are in demand.
      await known.asking.catch(() => {});
    }
  }

  /** Throws `TF_RT_RATE_LIMITED` when it is refused. */
  async require(key: string, cost = 1): Promise<Decision> {
    const decision = await this.take(key, cost);
    if (!decision.allowed) throw rateLimited(this.name, decision);
    return decision;
  }

  /** What this process can tell by itself. */
  #here(known: Known, cost: number, now: number): Decision | null {
    if (known.tokens >= cost && now < known.tokensUntil) {
      known.tokens -= cost;
      return { allowed: true, remaining: known.tokens, retryAfter: 0, reset: 0 };
    }
    if (now < known.refusedUntil) {
      const retryAfter = known.refusedUntil - now + (cost - 1) * this.rate.interval;
      return {
        allowed: false,
        remaining: 0,
        retryAfter,
        reset: retryAfter + (this.rate.burst - cost) * this.rate.interval,
      };
    }
    return null;
  }

  async #ask(redis: RedisPort, key: string, known: Known, cost: number): Promise<Decision> {
    const now = this.#home.clock.now();
    known.wish = now - known.askedAt < DEMAND ? Math.min(known.wish * 2, this.#lease) : 1;
    known.askedAt = now;
    const extra = cost === 1 ? known.wish - 1 : 0;
    const { interval, burst } = this.rate;
    const args = [`${interval * 1_000}`, `${burst}`, `${cost}`, `${extra}`];
    this.#home.counters.asked.value += 1;
    try {
      const [granted, remaining, retryAfter, reset] = await redis.run<[number, number, number, number]>(
        TAKE,
        [`limit:${this.name}:${key}`],
        args,
      );
      return this.#learn(known, cost, { granted, remaining, retryAfter, reset });
    } catch (error) {
      if (!isFault(error) || this.#whenAway === "refuse") throw error;
      return this.#alone(known, cost, this.#home.clock.now());
    }
  }

  #learn(known: Known, cost: number, got: Omit<Decision, "allowed"> & { readonly granted: number }): Decision {
    const now = this.#home.clock.now();
    const allowed = got.granted > 0;
    if (got.granted > cost) {
      known.tokens = got.granted - cost + (now < known.tokensUntil ? known.tokens : 0);
      known.tokensUntil = now + LEASE;
    } else if (!allowed && cost === 1) known.refusedUntil = now + Math.floor(got.retryAfter / 1_000);
    const remaining = got.remaining + (allowed ? got.granted - cost : 0);
    return { allowed, remaining, retryAfter: got.retryAfter / 1_000, reset: got.reset / 1_000 };
  }

  #alone(known: Known, cost: number, now: number): Decision {
    const outcome = decide(this.rate, known.arrival, now, { cost, extra: 0 });
    known.arrival = outcome.arrival;
    return outcome.decision;
  }

  #isAway(redis: RedisPort): boolean {
    const away = this.#whenAway === "local" && (redis.state === "away" || redis.state === "refused");
    if (away) this.#home.counters.away.value += 1;
    return away;
  }

  #recall(key: string): Known {
    const found = this.#known.get(key);
    if (found !== undefined) return found;
    const fresh = { tokens: 0, tokensUntil: 0, refusedUntil: 0, wish: 1, askedAt: 0, asking: null, arrival: null };
    this.#known.set(key, fresh);
    return fresh;
  }

  #count(decision: Decision): Decision {
    this.#home.counters[decision.allowed ? "allowed" : "refused"].value += 1;
    return decision;
  }
}

export function rateLimited(name: string, { retryAfter }: Decision): Fault {
  const seconds = Math.max(1, Math.ceil(retryAfter / 1_000));
  return new Fault("TF_RT_RATE_LIMITED", `too many requests (${name})`, { retryAfter: seconds });
}
