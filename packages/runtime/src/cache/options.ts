import { Fault } from "../fault/index.ts";

export interface CacheOptions {
  /** Entries that this process keeps. Default 10,000. */
  readonly maxEntries?: number;
  /** Bytes, as JSON, that this process keeps. Default 64 MiB. */
  readonly maxBytes?: number;
  /** Milliseconds that the shared tier may take before a value is made here. Default 500. */
  readonly deadline?: number;
  /** Milliseconds for which others wait for whoever makes a value. Default 10,000. */
  readonly lease?: number;
  /** Milliseconds for which this process keeps what it makes while it is not told of changes by others. Default 5,000. */
  readonly away?: number;
}

/** How long a value counts. All in milliseconds. */
export interface KeepOptions {
  readonly ttl: number;
  /** For how long after `ttl` it may still be given, while it is made anew behind that. Default 0. */
  readonly stale?: number;
}

export interface SetOptions extends KeepOptions {
  readonly tags?: readonly string[];
}

export interface WrapOptions<Args extends readonly unknown[], Value> extends KeepOptions {
  /** By which every instance knows the function. Default: its name. */
  readonly name?: string;
  /** Another version shares no value with this one: change it when the values change their form. */
  readonly version?: string | number;
  /** Names by which values are deleted together; the same for all, or by value and arguments. */
  readonly tags?: readonly string[] | ((value: Value, ...args: Args) => readonly string[]);
  /** Milliseconds for `null` and `undefined`: that something is not there is kept as well. 0: it is not. Default `ttl`. */
  readonly negativeTtl?: number;
  /** What identifies a call. Default: its arguments' content. */
  readonly key?: (...args: Args) => string;
}

export interface CacheRules {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly deadline: number;
  readonly lease: number;
  readonly away: number;
}

/** Nothing is kept for longer: 30 days. */
export const LONGEST: number = 30 * 24 * 60 * 60 * 1_000;

/** Throws `TF_RT_OPTION`. */
export function parseCacheOptions(options: CacheOptions): CacheRules {
  const { maxEntries = 10_000, maxBytes = 64 * 1024 * 1024, deadline = 500, lease = 10_000, away = 5_000 } = options;
  const rules = { maxEntries, maxBytes, deadline, lease, away };
  refuse(
    Object.entries(rules)
      .filter(([name, value]) => !(value > 0 || (name === "away" && value === 0)) || !Number.isFinite(value))
      .map(([name, value]) => `cache.${name}: ${value} is not positive`),
  );
  return rules;
}

/** Throws `TF_RT_OPTION`. `where` names the call. */
export function checkKeep(where: string, { ttl, stale = 0 }: KeepOptions, tags: readonly string[] = []): void {
  refuse([
    ...(ttl > 0 ? [] : [`${where}: ttl ${ttl} is not positive`]),
    ...(stale >= 0 ? [] : [`${where}: stale ${stale} is negative`]),
    ...(ttl + stale <= LONGEST ? [] : [`${where}: ttl and stale exceed 30 days`]),
    ...badTags(tags).map((tag) => `${where}: ${JSON.stringify(tag)} is no tag`),
  ]);
}

/** Tags are lines in the store. */
export function badTags(tags: readonly string[]): readonly string[] {
  return tags.filter((tag) => tag === "" || tag.includes("\n"));
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Fault("TF_RT_OPTION", problems.join("; "), { lines: problems });
}
