import type { RedisPort } from "../redis/index.ts";
import type { SessionRules } from "./options.ts";
import { CREATE, END, END_ALL, INCREMENT, ROTATE, SAVE, SWAP, TOUCH } from "./scripts.ts";
import type { SessionHash } from "./session-id.ts";

const PREFIX = "sess:";
const USERS = "sess-user:";
/** Messages `ended HASH` and `moved HASH`. */
export const ENDINGS = "sess-endings";

/** A session as it is stored. Times in milliseconds since 1970. */
export interface SessionRecord {
  readonly user: string | null;
  readonly createdAt: number;
  readonly endsAt: number;
  /** When it ends without a further request. */
  readonly idleEndsAt: number;
  /** JSON by name. */
  readonly fields: ReadonlyMap<string, string>;
}

export type Found = SessionRecord | "unknown" | "moved";

/** Fields to write as JSON; `null` deletes. */
export type Changes = ReadonlyMap<string, string | null>;

export type Swapped =
  | { readonly kind: "done" }
  | { readonly kind: "gone" }
  | { readonly kind: "other"; readonly json: string | null };

/** Sessions in Redis; every method is one round trip. Faults: those of `RedisPort.send`. */
export class SessionStore {
  readonly #redis: RedisPort;
  readonly #rules: SessionRules;

  constructor(redis: RedisPort, rules: SessionRules) {
    this.#redis = redis;
    this.#rules = rules;
  }

  async read(hash: SessionHash): Promise<Found> {
    const answer = await this.#redis.send<Record<string, string>>(["HGETALL", key(hash)], { repeatable: true });
    return parseRecord(answer);
  }

  /** False when the session is gone, here and below: then nothing was changed. */
  async touch(hash: SessionHash, now: number): Promise<boolean> {
    const args = [`${now}`, `${this.#rules.idle}`];
    return (await this.#redis.run<number>(TOUCH, [key(hash)], args, { repeatable: true })) === 1;
  }

  async save(hash: SessionHash, now: number, changes: Changes): Promise<boolean> {
    const args = [`${now}`, `${this.#rules.idle}`, ...flatten(changes)];
    return (await this.#redis.run<number>(SAVE, [key(hash)], args, { repeatable: true })) === 1;
  }

  async create(hash: SessionHash, now: number, changes: Changes): Promise<void> {
    const { idle, absolute } = this.#rules;
    const args = [`${now}`, `${idle}`, `${absolute}`, ...flatten(changes)];
    await this.#redis.run(CREATE, [key(hash)], args, { repeatable: true });
  }

  /** Gives it another id; with a user, logs that one in. */
  async rotate(
    from: SessionHash,
    to: SessionHash,
    now: number,
    { user, changes }: { readonly user: string | null; readonly changes: Changes },
  ): Promise<boolean> {
    const { idle, absolute } = this.#rules;
    const who = [user ?? "", from, to, ENDINGS, USERS];
    const args = [`${now}`, `${idle}`, `${absolute}`, ...who, ...flatten(changes)];
    return (await this.#redis.run<number>(ROTATE, [key(from), key(to)], args)) === 1;
  }

  async end(hash: SessionHash): Promise<boolean> {
    const args = [hash, ENDINGS, USERS];
    return (await this.#redis.run<number>(END, [key(hash)], args, { repeatable: true })) === 1;
  }

  async endAll(user: string, except: SessionHash | null): Promise<number> {
    const args = [PREFIX, ENDINGS, except ?? ""];
    return await this.#redis.run<number>(END_ALL, [`${USERS}${user}`], args, { repeatable: true });
  }

  async swap(hash: SessionHash, field: string, expected: string | null, json: string | null): Promise<Swapped> {
    const args = [field, expected ?? "", json ?? ""];
    const [how, found] = await this.#redis.run<[number, string]>(SWAP, [key(hash)], args);
    if (how === 0) return { kind: "other", json: found === "" ? null : found };
    return how === 1 ? { kind: "done" } : { kind: "gone" };
  }

  /** `null` when the session is gone. */
  async increment(hash: SessionHash, field: string, by: number): Promise<number | null> {
    return await this.#redis.run<number | null>(INCREMENT, [key(hash)], [field, `${by}`]);
  }

  /** Which of these live: one round trip for all. */
  async living(hashes: readonly SessionHash[]): Promise<ReadonlySet<SessionHash>> {
    const lives = (hash: SessionHash) => this.#redis.send<number>(["HEXISTS", key(hash), "a"], { repeatable: true });
    const answers = await Promise.all(hashes.map(lives));
    return new Set(hashes.filter((_, at) => answers[at] === 1));
  }

  /** The hashes of a user's sessions; some may have ended by themselves. */
  async ofUser(user: string): Promise<readonly SessionHash[]> {
    return await this.#redis.send(["ZRANGE", `${USERS}${user}`, "0", "-1"], { repeatable: true });
  }
}

function key(hash: SessionHash): string {
  return PREFIX + hash;
}

function flatten(changes: Changes): string[] {
  const sets = [...changes].flatMap(([name, json]) => (json === null ? [] : [name, json]));
  const deletes = [...changes].flatMap(([name, json]) => (json === null ? [name] : []));
  return [`${sets.length / 2}`, ...sets, ...deletes];
}

function parseRecord(answer: Readonly<Record<string, string>>): Found {
  const { u, c, a, x, m } = answer;
  if (a === undefined) return m === undefined ? "unknown" : "moved";
  const fields = new Map<string, string>();
  for (const name in answer) if (name.startsWith("f:")) fields.set(name.slice(2), answer[name] as string);
  return { user: u ?? null, createdAt: Number(c), endsAt: Number(a), idleEndsAt: Number(x ?? a), fields };
}
