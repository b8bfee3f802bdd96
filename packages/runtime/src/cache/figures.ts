import type { Meters } from "../context/index.ts";

/** What the cache has done since it was opened, in this process. */
export interface CacheStats {
  readonly localHits: number;
  readonly remoteHits: number;
  /** Values that were made here. */
  readonly misses: number;
  /** Of the hits, those that were stale and made anew behind them. */
  readonly staleHits: number;
  /** Calls that waited for one that was under way, here or on another instance. */
  readonly joined: number;
  readonly evictions: number;
  /** Changes by others that were told. */
  readonly invalidations: number;
  /** Times that the shared tier could not be asked. */
  readonly remoteFailures: number;
  /** Makers that threw. */
  readonly failures: number;
  readonly entries: number;
  readonly bytes: number;
}

export type CacheCounters = Readonly<Record<Exclude<keyof CacheStats, "entries" | "bytes">, { value: number }>>;

export function cacheCounters(meters: Meters): CacheCounters {
  const outcome = (outcome: string) =>
    meters.counter("tenfold_cache_requests_total", "Reads of the cache by their outcome.", { outcome });
  const total = (name: string, help: string) => meters.counter(`tenfold_cache_${name}_total`, help);
  return {
    localHits: outcome("local_hit"),
    remoteHits: outcome("remote_hit"),
    misses: outcome("miss"),
    staleHits: total("stale_hits", "Hits that were stale."),
    joined: total("joined", "Reads that waited for one that was under way."),
    evictions: total("evictions", "Entries that were evicted from this process."),
    invalidations: total("invalidations", "Changes by others that were told."),
    remoteFailures: total("remote_failures", "Times that the shared tier could not be asked."),
    failures: total("maker_failures", "Makers that threw."),
  };
}
