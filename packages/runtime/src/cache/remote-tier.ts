import { randomBytes } from "node:crypto";
import { isFault } from "../fault/index.ts";
import type { RedisPort, Unsubscribe } from "../redis/index.ts";
import { CLEAR, DELETE, MARK_TAGS, READ, RELEASE, WRITE } from "./scripts.ts";

const PREFIX = "cache:";
const ENTRY = `${PREFIX}e:`;
const TAG = `${PREFIX}t:`;
const ALL = `${PREFIX}all`;
const TAGS = `${PREFIX}tags`;
const STALE = `${PREFIX}stale`;
const LOCK = "cachelock:";

/** Whoever makes a value; a moment of the server's clock at which its making may begin. */
export interface Lease {
  readonly token: string;
  readonly since: string;
}

export type RemoteFound =
  | { readonly kind: "none" }
  /** Ours to make. */
  | { readonly kind: "lease"; readonly lease: Lease }
  /** Another makes it. */
  | { readonly kind: "busy" }
  | {
      readonly kind: "entry";
      readonly text: string;
      /** Milliseconds; zero or less: it is stale. */
      readonly freshFor: number;
      readonly keptFor: number;
      readonly tags: readonly string[];
      /** To make it anew, when it is stale and nobody does. */
      readonly lease: Lease | null;
    };

/** What is written. Times in milliseconds. */
export interface RemoteEntry {
  readonly text: string;
  readonly freshFor: number;
  readonly keptFor: number;
  readonly tags: readonly string[];
}

/** What was told as changed: an entry, a tag, or anything. */
export type Change = { readonly kind: "entry" | "tag"; readonly name: string } | { readonly kind: "all" };

/** What all instances share, in the Redis of the role `cache`; every method is one round trip. */
export class RemoteTier {
  readonly #redis: RedisPort;
  readonly #deadline: number;
  readonly #leaseFor: number;
  /** Nothing is kept for longer, in milliseconds. */
  readonly #longest: number;

  constructor(
    redis: RedisPort,
    times: { readonly deadline: number; readonly lease: number; readonly longest: number },
  ) {
    this.#redis = redis;
    this.#deadline = times.deadline;
    this.#leaseFor = times.lease;
    this.#longest = times.longest;
  }

  /** False while asking would only be waiting. */
  get isThere(): boolean {
    return this.#redis.state !== "away" && this.#redis.state !== "refused";
  }

  /** Whether changes that others make are told. */
  get isTold(): boolean {
    return this.#redis.state === "ready";
  }

  /** Waits for a connection that is being made. False when there is none in time. */
  async connect(): Promise<boolean> {
    try {
      await this.#redis.send(["PING"], { deadline: this.#deadline, repeatable: true });
      return true;
    } catch (error) {
      if (isFault(error)) return false;
      throw error;
    }
  }

  /** Once the connection is back everything may have changed meanwhile, as it may when it is lost. */
  onChange(listener: (change: Change) => void): Unsubscribe {
    const ends = [
      this.#redis.track(PREFIX, (key) => {
        if (key === null || key === ALL) listener({ kind: "all" });
        else if (key.startsWith(ENTRY)) listener({ kind: "entry", name: key.slice(ENTRY.length) });
        else if (key.startsWith(TAG)) listener({ kind: "tag", name: key.slice(TAG.length) });
      }),
      this.#redis.onState((state) => {
        if (state === "ready") listener({ kind: "all" });
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  async read(key: string, { lease }: { readonly lease: boolean }): Promise<RemoteFound> {
    const token = lease ? randomBytes(12).toString("base64url") : "";
    const keys = [ENTRY + key, LOCK + key, TAGS, STALE];
    const [kind, ...rest] = await this.#run<[number, ...string[]]>(READ, keys, [token, `${this.#leaseFor}`]);
    if (kind === 0) return { kind: "none" };
    if (kind === 2) return { kind: "lease", lease: { token, since: rest[0] ?? "" } };
    if (kind === 3) return { kind: "busy" };
    const [text = "", freshFor, keptFor, tags = "", locked, since = ""] = rest;
    return {
      kind: "entry",
      text,
      freshFor: Number(freshFor),
      keptFor: Number(keptFor),
      tags: tags === "" ? [] : tags.split("\n"),
      lease: Number(locked) === 1 ? { token, since } : null,
    };
  }

  /** With a lease: only if it still holds, which it does not once the entry was deleted. */
  async write(key: string, entry: RemoteEntry, lease: Lease | null): Promise<boolean> {
    const { text, freshFor, keptFor, tags } = entry;
    const times = [`${Math.round(freshFor)}`, `${Math.max(1, Math.round(Math.min(keptFor, this.#longest)))}`];
    const args = [lease?.token ?? "", text, ...times, lease?.since ?? "", tags.join("\n")];
    return (await this.#run<number>(WRITE, [ENTRY + key, LOCK + key, TAGS], args)) === 1;
  }

  async release(key: string, lease: Lease): Promise<void> {
    await this.#run(RELEASE, [LOCK + key], [lease.token]);
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#run<number>(DELETE, [ENTRY + key, LOCK + key], [])) === 1;
  }

  async markTags(tags: readonly string[], how: "delete" | "expire"): Promise<void> {
    await this.#run(MARK_TAGS, [how === "delete" ? TAGS : STALE], [`${this.#longest}`, TAG, ...tags]);
  }

  async clear(): Promise<void> {
    await this.#run(CLEAR, [TAGS, ALL], []);
  }

  #run<Reply>(...[script, keys, args]: [typeof READ, readonly string[], readonly string[]]): Promise<Reply> {
    return this.#redis.run<Reply>(script, keys, args, { deadline: this.#deadline, repeatable: true });
  }
}
