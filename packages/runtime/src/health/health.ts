import type { Context, HealthProbe, Part } from "../context/index.ts";
import { judge, type Looked, type Status } from "./judge.ts";
import { type HealthOptions, type HealthRules, parseHealthOptions } from "./options.ts";

/**
 * What readiness answers. `database` and `redis` are `ok`, `away`, or `off` where the environment names none; `checks` has
 * every service with what is wrong, `null` where nothing is. Parts add fields: `thread_pool_stats`.
 */
export interface HealthAnswer {
  readonly status: Status | "draining";
  readonly database: string;
  readonly redis: string;
  readonly version: string | null;
  readonly instance_id: string;
  readonly checks: Readonly<Record<string, string | null>>;
  readonly [fact: string]: unknown;
}

/**
 * Liveness looks at nothing outside: a process is restarted for what is wrong with itself alone. Readiness looks at the
 * services, at most once in `keep` however often it is asked, and never throws.
 */
export class Health implements Part {
  readonly #context: Context;
  readonly #rules: HealthRules;
  readonly #version: string | null;
  readonly #met = new Set<string>();
  readonly #awaySince = new Map<string, number>();
  readonly #stop = new AbortController();
  #last: { readonly at: number; readonly looked: Promise<readonly Looked[]> } | undefined;
  #draining = false;

  constructor(context: Context, options: HealthOptions) {
    this.#context = context;
    this.#rules = parseHealthOptions(options);
    this.#version = options.version ?? context.environment.release;
    for (const role of ["durable", "cache"] as const) if (context.hasRedis(role)) context.redis(role);
    const ready = () => Number(!this.#draining);
    context.meters.gauge("tenfold_serving", "1 until this instance begins to drain.", ready);
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** From now on this instance is not ready. For the drain; idempotent. */
  beginDraining(): void {
    this.#draining = true;
  }

  live(): { readonly status: "ok"; readonly instance_id: string } {
    return { status: "ok", instance_id: this.#context.environment.instanceId };
  }

  /** Ends within `deadline`. */
  async ready(): Promise<HealthAnswer> {
    const looked = await this.#looked();
    const now = this.#context.clock.now();
    const { databaseUrl, redisUrl, sentinels, instanceId } = this.#context.environment;
    const state = (name: string, configured: boolean) => {
      if (!configured) return "off";
      const one = looked.find((each) => each.name === name);
      return one === undefined ? "unknown" : one.trouble === null ? "ok" : "away";
    };
    const facts = [...this.#context.health.facts].map(([name, read]) => [name, read()]);
    return {
      status: this.#draining ? "draining" : judge(looked, this.#rules.patience, now),
      database: state("database", databaseUrl !== null),
      redis: state("redis", redisUrl !== null || sentinels.length > 0),
      version: this.#version,
      instance_id: instanceId,
      checks: Object.fromEntries(looked.map(({ name, trouble }) => [name, trouble])),
      ...Object.fromEntries(facts),
    };
  }

  async close(): Promise<void> {
    this.#stop.abort();
  }

  #looked(): Promise<readonly Looked[]> {
    const now = this.#context.clock.now();
    if (this.#last === undefined || now - this.#last.at >= this.#rules.keep) {
      const looked = Promise.all(this.#context.health.probes.map((probe) => this.#look(probe)));
      this.#last = { at: now, looked };
    }
    return this.#last.looked;
  }

  async #look(probe: HealthProbe): Promise<Looked> {
    const { name } = probe;
    const required = probe.required || this.#rules.required.has(name);
    const trouble = await this.#troubleOf(probe);
    if (trouble === null) {
      this.#met.add(name);
      this.#awaySince.delete(name);
    } else if (!this.#awaySince.has(name)) this.#awaySince.set(name, this.#context.clock.now());
    const awaySince = this.#awaySince.get(name) ?? null;
    return { name, required, trouble, awaySince, met: this.#met.has(name) };
  }

  async #troubleOf(probe: HealthProbe): Promise<string | null> {
    const { deadline } = this.#rules;
    const { promise: late, resolve } = Promise.withResolvers<string>();
    const controller = new AbortController();
    const timer = setTimeout(() => {
      resolve(`no answer within ${deadline} ms`);
      controller.abort();
    }, deadline);
    const signal = AbortSignal.any([controller.signal, this.#stop.signal]);
    try {
      const check = async () => {
        await probe.check(signal);
        return null;
      };
      return await Promise.race([check(), late]);
    } catch (error) {
      return error instanceof Error ? error.message || error.name : String(error);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Throws `TF_RT_OPTION`. */
export function openHealth(context: Context, options: HealthOptions = {}): Health {
  return new Health(context, options);
}
