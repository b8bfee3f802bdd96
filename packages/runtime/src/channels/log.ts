import type { Clock } from "../context/index.ts";
import type { RedisPort, Unsubscribe } from "../redis/index.ts";
import { FIRST, type Message, type MessageId } from "./message.ts";
import type { ChannelsRules } from "./options.ts";
import { AFTER, ENTER, LEAVE, PUBLISH } from "./scripts.ts";

/** What is told live: a message, or that a user came or went. */
export type Told = { readonly message: Message } | { readonly user: string; readonly here: boolean };

/** What came after a message. `whole`: nothing that came between is missing. */
export interface Missed {
  readonly messages: readonly Message[];
  /** The last of the room. */
  readonly tail: MessageId;
  readonly whole: boolean;
}

type Entry = readonly [id: MessageId, fields: readonly string[]];

/** Rooms in Redis. Faults: those of `RedisPort.send`. */
export class Log {
  readonly #redis: RedisPort;
  readonly #rules: ChannelsRules;
  readonly #clock: Clock;
  readonly #instance: string;

  constructor(redis: RedisPort, rules: ChannelsRules, clock: Clock, instance: string) {
    this.#redis = redis;
    this.#rules = rules;
    this.#clock = clock;
    this.#instance = instance.replaceAll(" ", "_");
  }

  async publish(room: string, json: string): Promise<MessageId> {
    const { keep, keepFor } = this.#rules;
    return await this.#redis.run(PUBLISH, [`channels:log:${room}`], [json, `${keep}`, `${keepFor}`, channel(room)]);
  }

  listen(room: string, told: (what: Told) => void): Unsubscribe {
    return this.#redis.subscribe(channel(room), (text) => {
      const kind = text[0];
      if (kind === "+" || kind === "-") return told({ user: text.slice(2), here: kind === "+" });
      const first = text.indexOf(" ");
      const second = text.indexOf(" ", first + 1);
      const id = text.slice(0, first) as MessageId;
      told({ message: { id, previous: text.slice(first + 1, second) as MessageId, json: text.slice(second + 1) } });
    });
  }

  /** The id of the last message, or `FIRST`. */
  async tail(room: string): Promise<MessageId> {
    const command = ["XREVRANGE", `channels:log:${room}`, "+", "-", "COUNT", "1"];
    const [last] = await this.#redis.send<Entry[]>(command, { repeatable: true });
    return last?.[0] ?? FIRST;
  }

  /** All that came after one. */
  async after(room: string, id: MessageId): Promise<Missed> {
    const keys = [`channels:log:${room}`];
    const [entries, last] = await this.#redis.run<[Entry[], Entry[]]>(AFTER, keys, [id], { repeatable: true });
    const tail = last[0]?.[0] ?? FIRST;
    const messages = entries.map(([entry, fields]) => {
      return { id: entry, previous: (fields[1] ?? FIRST) as MessageId, json: fields[3] ?? "null" };
    });
    const [first] = messages;
    return { messages, tail, whole: first === undefined ? tail === id : first.previous === id };
  }

  /** Says that these users are there, through this instance; gives all who are, through any. */
  async enter(room: string, users: readonly string[]): Promise<readonly string[]> {
    const now = this.#clock.now();
    const until = now + this.#rules.beat * 3;
    const keys = [`channels:here:${room}`, `channels:users:${room}`, `channels:log:${room}`];
    const args = [
      `${now}`,
      channel(room),
      `${until}`,
      `${this.#rules.keepFor}`,
      ...users.map((user) => this.#member(user)),
    ];
    return await this.#redis.run<string[]>(ENTER, keys, args, { repeatable: true });
  }

  async leave(room: string, user: string): Promise<void> {
    const keys = [`channels:here:${room}`, `channels:users:${room}`];
    const args = [`${this.#clock.now()}`, channel(room), this.#member(user)];
    await this.#redis.run(LEAVE, keys, args, { repeatable: true });
  }

  #member(user: string): string {
    return `${this.#instance} ${user}`;
  }
}

function channel(room: string): string {
  return `channels:to:${room}`;
}
