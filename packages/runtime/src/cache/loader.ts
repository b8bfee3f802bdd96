import type { Clock } from "../context/index.ts";
import { isFault } from "../fault/index.ts";
import type { CacheCounters } from "./figures.ts";
import { Invalidations } from "./invalidations.ts";
import type { LocalTier } from "./local-tier.ts";
import type { CacheRules } from "./options.ts";
import type { Change, Lease, RemoteFound, RemoteTier } from "./remote-tier.ts";
import { decode, encode } from "./value.ts";
import { Waiters } from "./waiters.ts";

/** How a value is made and for how long it counts. Times in milliseconds. */
export interface Recipe {
  make(): Promise<unknown>;
  /** `null`: it is not kept. */
  keep(value: unknown): { readonly ttl: number; readonly stale: number; readonly tags: readonly string[] } | null;
}

export interface Tiers {
  readonly local: LocalTier;
  /** `null` when no Redis is configured: then this process is all there is. */
  readonly remote: RemoteTier | null;
}

/** Milliseconds before a stale value that could not be made anew is tried again. */
const RETRY = 1_000;

type Remote = Extract<RemoteFound, { kind: "entry" }>;

/**
 * Leads calls to values: from this process, from the shared tier, or by making them, once for all who ask at the same time.
 *
 * A call that finds nothing asks the shared tier, which answers with the value, or with a lease to make it, or that another
 * instance makes it; then it waits until that one is told to be there. Without the shared tier it makes the value itself.
 * Whatever was told as changed since a value was asked for is given to those who asked, and not kept.
 */
export class Loader {
  readonly #tiers: Tiers;
  readonly #rules: CacheRules;
  readonly #clock: Clock;
  readonly #counters: CacheCounters;
  readonly #flights = new Map<string, Promise<unknown>>();
  readonly #invalidations = new Invalidations();
  readonly #waiters = new Waiters();

  constructor(tiers: Tiers, rules: CacheRules, clock: Clock, counters: CacheCounters) {
    this.#tiers = tiers;
    this.#rules = rules;
    this.#clock = clock;
    this.#counters = counters;
  }

  /** For what is not fresh in this process. */
  load(key: string, recipe: Recipe): Promise<unknown> {
    const entry = this.#tiers.local.get(key);
    const now = this.#clock.now();
    if (entry !== undefined && entry.keptUntil > now) {
      this.#counters.localHits.value += 1;
      if (entry.freshUntil <= now) {
        this.#counters.staleHits.value += 1;
        // Others who come meanwhile need not try as well.
        entry.freshUntil = now + RETRY;
        this.#join(key, recipe).catch(() => {});
      }
      return Promise.resolve(entry.value);
    }
    return this.#join(key, recipe);
  }

  /** What is kept here or in the shared tier, stale or not, without making it. */
  async find(key: string): Promise<unknown> {
    const { remote, local } = this.#tiers;
    if (remote === null || !(await this.#isThere(remote))) {
      const entry = local.get(key);
      return entry !== undefined && entry.keptUntil > this.#clock.now() ? entry.value : undefined;
    }
    const started = this.#invalidations.begin();
    try {
      const found = await this.#ask(remote, key, false);
      if (found?.kind !== "entry") return undefined;
      this.#counters.remoteHits.value += 1;
      return this.#takeOver(key, found, started);
    } finally {
      this.#invalidations.end();
    }
  }

  /** Told by others, or done here. */
  change(change: Change): void {
    const { local } = this.#tiers;
    switch (change.kind) {
      case "all":
        this.#invalidations.record(null);
        local.clear();
        this.#flights.clear();
        this.#waiters.wakeAll();
        return;
      case "tag":
        this.#invalidations.record(`t:${change.name}`);
        local.mark(change.name);
        return;
      case "entry":
        this.#invalidations.record(`e:${change.name}`);
        local.delete(change.name);
        // Who asks from now on must not get what was made from what was there before.
        this.#flights.delete(change.name);
        this.#waiters.wake(change.name);
    }
  }

  keepLocally(
    key: string,
    value: unknown,
    kept: {
      readonly freshFor: number;
      readonly keptFor: number;
      readonly tags: readonly string[];
      readonly bytes: number;
    },
  ): void {
    const now = this.#clock.now();
    const { remote, local } = this.#tiers;
    const most = remote === null || remote.isTold ? Number.POSITIVE_INFINITY : this.#rules.away;
    const keptUntil = now + Math.min(kept.keptFor, most);
    const freshUntil = Math.min(now + kept.freshFor, keptUntil);
    local.set(key, { value, freshUntil, keptUntil, tags: kept.tags }, kept.bytes);
  }

  /** After this, who waits for other instances makes values itself. */
  close(): void {
    this.#waiters.wakeAll();
  }

  #join(key: string, recipe: Recipe): Promise<unknown> {
    const under = this.#flights.get(key);
    if (under !== undefined) {
      this.#counters.joined.value += 1;
      return under;
    }
    const flight = this.#fly(key, recipe).finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    this.#flights.set(key, flight);
    return flight;
  }

  async #fly(key: string, recipe: Recipe): Promise<unknown> {
    const { remote } = this.#tiers;
    const giveUp = performance.now() + this.#rules.lease;
    for (let round = 0; remote !== null; round += 1) {
      if (!(await this.#isThere(remote))) break;
      const started = this.#invalidations.begin();
      try {
        const found = await this.#ask(remote, key, true);
        if (found === null) break;
        if (found.kind === "entry") return this.#takeRemote(key, recipe, found, started);
        if (found.kind === "lease") return await this.#make(key, recipe, started, found.lease);
      } finally {
        this.#invalidations.end();
      }
      if (round === 0) this.#counters.joined.value += 1;
      if (performance.now() >= giveUp) break;
      await this.#waiters.wait(key, round);
    }
    const started = this.#invalidations.begin();
    try {
      return await this.#make(key, recipe, started, null);
    } finally {
      this.#invalidations.end();
    }
  }

  /** What is read before changes are told could not be kept, so the connection is waited for. */
  async #isThere(remote: RemoteTier): Promise<boolean> {
    if (remote.isTold || (remote.isThere && (await remote.connect()))) return true;
    this.#counters.remoteFailures.value += 1;
    return false;
  }

  /** `null` when the shared tier cannot be asked. */
  async #ask(remote: RemoteTier, key: string, lease: boolean): Promise<RemoteFound | null> {
    try {
      return await remote.read(key, { lease });
    } catch (error) {
      if (!isFault(error)) throw error;
      this.#counters.remoteFailures.value += 1;
      return null;
    }
  }

  #takeRemote(key: string, recipe: Recipe, found: Remote, started: number): unknown {
    this.#counters.remoteHits.value += 1;
    const value = this.#takeOver(key, found, started);
    const { lease } = found;
    if (found.freshFor <= 0) {
      this.#counters.staleHits.value += 1;
      if (lease !== null) {
        const now = this.#invalidations.begin();
        this.#make(key, recipe, now, lease)
          .catch(() => {})
          .finally(() => this.#invalidations.end());
      }
    }
    return value;
  }

  #takeOver(key: string, found: Remote, started: number): unknown {
    const value = decode(found.text);
    if (!this.#hasChanged(key, found.tags, started)) {
      const freshFor = found.freshFor > 0 ? found.freshFor : Math.min(RETRY, found.keptFor);
      this.keepLocally(key, value, { freshFor, keptFor: found.keptFor, tags: found.tags, bytes: found.text.length });
    }
    return value;
  }

  async #make(key: string, recipe: Recipe, started: number, lease: Lease | null): Promise<unknown> {
    const { remote } = this.#tiers;
    this.#counters.misses.value += 1;
    try {
      const made = await recipe.make();
      const text = encode(made);
      const value = decode(text);
      const keep = recipe.keep(value);
      if (keep === null) {
        if (lease !== null) this.#tell(remote?.release(key, lease));
        return value;
      }
      const times = { freshFor: keep.ttl, keptFor: keep.ttl + keep.stale };
      if (!this.#hasChanged(key, keep.tags, started)) {
        this.keepLocally(key, value, { ...times, tags: keep.tags, bytes: text.length });
      }
      if (lease !== null) this.#tell(remote?.write(key, { text, ...times, tags: keep.tags }, lease));
      return value;
    } catch (error) {
      this.#counters.failures.value += 1;
      if (lease !== null) this.#tell(remote?.release(key, lease));
      throw error;
    }
  }

  #hasChanged(key: string, tags: readonly string[], since: number): boolean {
    const changed = (name: string) => this.#invalidations.hasChanged(name, since);
    return changed(`e:${key}`) || tags.some((tag) => changed(`t:${tag}`));
  }

  /** Nobody waits for it. */
  #tell(done: Promise<unknown> | undefined): void {
    done?.catch(() => {
      this.#counters.remoteFailures.value += 1;
    });
  }
}
