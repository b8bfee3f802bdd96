import type { Context, Part } from "../context/index.ts";
import { Fault } from "../fault/index.ts";
import { addressGroup, clientAddress, type RequestHead } from "../http/index.ts";
import { ConcurrencyLimit, type ConcurrencyOptions } from "./concurrency-limit.ts";
import type { Guard } from "./guard.ts";
import { RateLimit, type RateOptions, rateLimited } from "./rate-limit.ts";

/** By what requests are limited; `null`: this one is not. Default: the visitor's address. */
export type KeyOf = (head: RequestHead) => string | null;

/** How many, how often, and how many at once. Adapters: `guardMiddleware`, `fastifyGuard`, `honoGuard`. */
export class Limits implements Part {
  readonly #context: Context;
  readonly #names = new Set<string>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** A rate by key, the same on every instance; every instance must name it the same. Throws `TF_RT_OPTION`. */
  rate(name: string, options: RateOptions): RateLimit {
    this.#claim(name);
    const { meters, clock } = this.#context;
    const counter = (outcome: string) =>
      meters.counter("tenfold_limits_decisions_total", "Decisions of rate limits.", { limit: name, outcome });
    const counters = {
      allowed: counter("allowed"),
      refused: counter("refused"),
      asked: meters.counter("tenfold_limits_asked_total", "Decisions that cost a round trip.", { limit: name }),
      away: meters.counter("tenfold_limits_alone_total", "Decisions without Redis.", { limit: name }),
    };
    const redis = this.#context.hasRedis("durable") ? this.#context.redis("durable") : null;
    return new RateLimit({ redis, clock, counters }, name, options);
  }

  /** How many requests this process serves at once, found by itself. Throws `TF_RT_OPTION`. */
  concurrency(name: string, options: ConcurrencyOptions = {}): ConcurrencyLimit {
    this.#claim(name);
    const limit = new ConcurrencyLimit(options);
    const { meters } = this.#context;
    const labels = { limit: name };
    meters.gauge("tenfold_limits_concurrency", "Requests that may be under way.", () => limit.limit, labels);
    meters.gauge("tenfold_limits_in_flight", "Requests that are under way.", () => limit.inFlight, labels);
    meters.gauge("tenfold_limits_overloaded", "Requests refused since the start.", () => limit.refused, labels);
    return limit;
  }

  /** For an adapter: refuses with 429 and `Retry-After`, and tells what is left in `RateLimit-*`. */
  guardRate(rate: RateLimit, key: KeyOf = (head) => this.visitor(head)): Guard {
    return async (head) => {
      const who = key(head);
      if (who === null) return null;
      const decision = await rate.take(who);
      if (!decision.allowed) throw rateLimited(rate.name, decision);
      return {
        headers: {
          "ratelimit-limit": `${rate.rate.burst}`,
          "ratelimit-remaining": `${decision.remaining}`,
          "ratelimit-reset": `${Math.ceil(decision.reset / 1_000)}`,
        },
      };
    };
  }

  /** For an adapter: refuses with 503 and `Retry-After`. `applies`: to which requests; leave out health checks. */
  guardConcurrency(limit: ConcurrencyLimit, applies: (head: RequestHead) => boolean = () => true): Guard {
    return (head) => (applies(head) ? { headers: {}, leave: limit.enter() } : null);
  }

  /** The visitor's address, or its network where a visitor has many. Believes as many proxies as `TRUST_PROXY` says. */
  visitor(head: RequestHead): string {
    return addressGroup(clientAddress(head, this.#context.environment.trustProxy));
  }

  async close(): Promise<void> {}

  #claim(name: string): void {
    if (!/^[\w.-]+$/.test(name)) {
      throw new Fault(
        "TF_RT_OPTION",
        `limits: ${JSON.stringify(name)} is no name; expected letters, digits, "_", ".", "-"`,
      );
    }
    if (this.#names.has(name)) throw new Fault("TF_RT_OPTION", `limits: two limits are called ${name}`);
    this.#names.add(name);
  }
}

/** Connects to nothing; works without Redis, each process by itself. */
export function openLimits(context: Context): Limits {
  return new Limits(context);
}
