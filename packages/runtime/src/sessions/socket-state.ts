import type { RedisPort } from "../redis/index.ts";

/** Milliseconds without a write after which the state of a socket is forgotten: a day. */
const KEPT = 24 * 60 * 60 * 1_000;

/**
 * What a user's sockets in a room share, over reconnects and on every instance: `session:{user}:{room}`, a hash of JSON
 * fields that are written one by one. Kept for a day after the last write.
 */
export class SocketState {
  readonly #redis: RedisPort;
  readonly #key: string;

  constructor(redis: RedisPort, user: string, room: string) {
    this.#redis = redis;
    this.#key = `session:${encodeURIComponent(user)}:${encodeURIComponent(room)}`;
  }

  async read(): Promise<Record<string, unknown>> {
    const answer = await this.#redis.send<Record<string, string>>(["HGETALL", this.#key], { repeatable: true });
    return Object.fromEntries(Object.entries(answer).map(([name, json]) => [name, JSON.parse(json)]));
  }

  /** Sets these fields and leaves the others; `undefined` deletes. One round trip. */
  async write(fields: Readonly<Record<string, unknown>>): Promise<void> {
    const entries = Object.entries(fields);
    const sets = entries.flatMap(([name, value]) => (value === undefined ? [] : [name, JSON.stringify(value)]));
    const deletes = entries.flatMap(([name, value]) => (value === undefined ? [name] : []));
    const options = { repeatable: true };
    await Promise.all([
      ...(sets.length === 0 ? [] : [this.#redis.send(["HSET", this.#key, ...sets], options)]),
      ...(deletes.length === 0 ? [] : [this.#redis.send(["HDEL", this.#key, ...deletes], options)]),
      this.#redis.send(["PEXPIRE", this.#key, `${KEPT}`], options),
    ]);
  }

  async clear(): Promise<void> {
    await this.#redis.send(["DEL", this.#key], { repeatable: true });
  }
}
