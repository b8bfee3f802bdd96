import type { Context, Part } from "../context/index.ts";
import { Fault } from "../fault/index.ts";
import { type CacheCounters, type CacheStats, cacheCounters } from "./figures.ts";
import { keyOf } from "./key.ts";
import { Loader, type Recipe } from "./loader.ts";
import { LocalTier } from "./local-tier.ts";
import {
  badTags,
  type CacheOptions,
  type CacheRules,
  checkKeep,
  LONGEST,
  parseCacheOptions,
  type SetOptions,
  type WrapOptions,
} from "./options.ts";
import { RemoteTier } from "./remote-tier.ts";
import { decode, encode } from "./value.ts";

/** A function whose results are kept. */
export interface Cached<Args extends readonly unknown[], Value> {
  (...args: Args): Promise<Value>;
  /** Deletes the value of a call, on every instance. */
  invalidate(...args: Args): Promise<void>;
}

/**
 * Values that every instance shares and keeps near: in this process, and in the Redis of the role `cache`. Values are JSON,
 * and frozen, since all callers are given the same one. Without Redis, or while it is away, each process keeps its own.
 */
export class Cache implements Part {
  readonly #context: Context;
  readonly #rules: CacheRules;
  readonly #counters: CacheCounters;
  readonly #local: LocalTier;
  readonly #remote: RemoteTier | null;
  readonly #loader: Loader;
  readonly #names = new Set<string>();
  #end: (() => void) | undefined;
  #closed = false;

  constructor(context: Context, options: CacheOptions) {
    this.#context = context;
    this.#rules = parseCacheOptions(options);
    this.#counters = cacheCounters(context.meters);
    this.#local = new LocalTier(this.#rules, () => {
      this.#counters.evictions.value += 1;
    });
    const { deadline, lease } = this.#rules;
    this.#remote = context.hasRedis("cache")
      ? new RemoteTier(context.redis("cache"), { deadline, lease, longest: LONGEST })
      : null;
    const tiers = { local: this.#local, remote: this.#remote };
    this.#loader = new Loader(tiers, this.#rules, context.clock, this.#counters);
    context.meters.gauge("tenfold_cache_entries", "Entries in this process.", () => this.#local.size);
    context.meters.gauge("tenfold_cache_bytes", "Bytes, as JSON, in this process.", () => this.#local.bytes);
  }

  /**
   * Keeps the results of a function. Calls at the same time with the same arguments share one run, on all instances. What
   * the function throws is thrown and not kept. Throws `TF_RT_OPTION`; the cached function throws `TF_RT_CACHE_KEY` and
   * `TF_RT_CACHE_VALUE`.
   */
  wrap<Args extends readonly unknown[], Value>(
    make: (...args: Args) => Promise<Value> | Value,
    options: WrapOptions<Args, Value>,
  ): Cached<Args, Value> {
    const { name = make.name, version, ttl, stale = 0, negativeTtl = ttl, tags = [], key } = options;
    this.#claim(name);
    checkKeep(`cache.wrap(${name})`, options, typeof tags === "function" ? [] : tags);
    const prefix = version === undefined ? `${name}:` : `${name}@${version}:`;
    const keyFor = (args: Args) => (key === undefined ? keyOf(prefix, args) : prefix + key(...args));
    const { clock } = this.#context;
    const local = this.#local;
    const { localHits } = this.#counters;

    const recipeFor = (args: Args): Recipe => ({
      make: async () => await make(...args),
      keep: (value) => {
        const kept = value === null || value === undefined ? negativeTtl : ttl;
        if (kept <= 0) return null;
        const own = typeof tags === "function" ? tags(value as Value, ...args) : tags;
        checkKeep(`cache.wrap(${name})`, { ttl: kept }, own);
        return { ttl: kept, stale, tags: own };
      },
    });
    const cached = (...args: Args): Promise<Value> => {
      const at = keyFor(args);
      const entry = local.get(at);
      if (entry !== undefined && entry.freshUntil > clock.now()) {
        localHits.value += 1;
        return Promise.resolve(entry.value as Value);
      }
      return this.#load(at, recipeFor(args)) as Promise<Value>;
    };
    return Object.assign(cached, { invalidate: (...args: Args) => this.delete(keyFor(args)) });
  }

  /** `undefined` when there is none. */
  async get<Value>(key: string): Promise<Value | undefined> {
    this.#begin();
    const entry = this.#local.get(key);
    if (entry !== undefined && entry.freshUntil > this.#context.clock.now()) {
      this.#counters.localHits.value += 1;
      return entry.value as Value;
    }
    return (await this.#loader.find(key)) as Value | undefined;
  }

  /** Faults: those of Redis, `TF_RT_OPTION`, `TF_RT_CACHE_VALUE`. */
  async set(key: string, value: unknown, { ttl, stale = 0, tags = [] }: SetOptions): Promise<void> {
    checkKeep("cache.set", { ttl, stale }, tags);
    this.#begin();
    const text = encode(value);
    const times = { freshFor: ttl, keptFor: ttl + stale };
    this.#loader.change({ kind: "entry", name: key });
    const written = this.#remote?.write(key, { text, ...times, tags }, null);
    this.#loader.keepLocally(key, decode(text), { ...times, tags, bytes: text.length });
    try {
      await written;
    } catch (error) {
      this.#local.delete(key);
      throw error;
    }
  }

  /** On every instance. Idempotent. Faults: those of Redis; then others may keep it until its time is up. */
  async delete(key: string): Promise<void> {
    this.#begin();
    this.#loader.change({ kind: "entry", name: key });
    await this.#remote?.delete(key);
    this.#loader.change({ kind: "entry", name: key });
  }

  /** Deletes whatever has one of these tags, on every instance, what is being made at the moment included. */
  async deleteTags(...tags: readonly string[]): Promise<void> {
    await this.#mark(tags, "delete");
  }

  /** Makes whatever has one of these tags stale: it is made anew, and given meanwhile as far as its `stale` allows. */
  async expireTags(...tags: readonly string[]): Promise<void> {
    await this.#mark(tags, "expire");
  }

  /** Deletes everything, on every instance. */
  async clear(): Promise<void> {
    this.#begin();
    this.#loader.change({ kind: "all" });
    await this.#remote?.clear();
    this.#loader.change({ kind: "all" });
  }

  stats(): CacheStats {
    const counts = Object.entries(this.#counters).map(([name, { value }]) => [name, value]);
    return { ...Object.fromEntries(counts), entries: this.#local.size, bytes: this.#local.bytes };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#end?.();
    this.#loader.close();
    this.#local.clear();
  }

  #claim(name: string): void {
    if (name === "" || /[@:]/.test(name)) {
      throw new Fault("TF_RT_OPTION", `cache.wrap: ${JSON.stringify(name)} is no name for a function`, {
        hint: "give it one by `name`, without @ and :",
      });
    }
    if (this.#names.has(name)) throw new Fault("TF_RT_OPTION", `cache.wrap: two functions are called ${name}`);
    this.#names.add(name);
  }

  async #mark(tags: readonly string[], how: "delete" | "expire"): Promise<void> {
    const bad = badTags(tags)[0];
    if (bad !== undefined) throw new Fault("TF_RT_OPTION", `cache: ${JSON.stringify(bad)} is no tag`);
    if (tags.length === 0) return;
    this.#begin();
    const change = () => {
      for (const name of tags) this.#loader.change({ kind: "tag", name });
    };
    change();
    await this.#remote?.markTags(tags, how);
    change();
  }

  #load(key: string, recipe: Recipe): Promise<unknown> {
    this.#begin();
    return this.#loader.load(key, recipe);
  }

  /** With the first use: from then on changes by others are told. */
  #begin(): void {
    if (this.#closed) throw new Fault("TF_RT_CLOSED", "the cache is closed");
    this.#end ??= this.#remote?.onChange((change) => {
      this.#counters.invalidations.value += 1;
      this.#loader.change(change);
    });
  }
}

/** Throws `TF_RT_OPTION`. */
export function openCache(context: Context, options: CacheOptions = {}): Cache {
  return new Cache(context, options);
}
