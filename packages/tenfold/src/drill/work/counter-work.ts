import { type CounterVerdict, checkCounters, type Increment } from "../check/counters.ts";
import { Paced } from "./paced.ts";
import { insistOnRedis, RedisClient } from "./redis-client.ts";
import type { Steady, Work } from "./work.ts";

const CLIENTS = 4;
const EVERY_MS = 20;
const SESSIONS_EACH = 8;

/** Clients that count up sessions in Redis, one after the other. */
export class CounterWork implements Work<CounterVerdict>, Steady {
  readonly increments: Increment[] = [];
  readonly #prefix: string;
  readonly #clients: readonly RedisClient[];
  readonly #turns: number[] = Array.from({ length: CLIENTS }, () => 0);
  readonly #paced: Paced;
  lastAt = 0;
  #done = 0;

  constructor(url: string, prefix: string) {
    this.#prefix = prefix;
    this.#clients = Array.from({ length: CLIENTS }, () => new RedisClient(url));
    this.#paced = new Paced({ every: EVERY_MS, clients: CLIENTS, act: (client) => this.#count(client) });
  }

  get done(): number {
    return this.#done;
  }

  stop(): Promise<void> {
    return this.#paced.stop();
  }

  async verdict(): Promise<CounterVerdict> {
    const sessions = [...new Set(this.increments.map(({ session }) => session))];
    const client = this.#clients[0];
    if (client === undefined || sessions.length === 0) return checkCounters([], new Map());
    const values = await insistOnRedis(client, ["MGET", ...sessions.map((session) => this.#key(session))]);
    const found = new Map(sessions.map((session, at) => [session, Number((values as readonly unknown[])[at] ?? 0)]));
    return checkCounters(this.increments, found);
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  #key(session: number): string {
    return `${this.#prefix}session:${session}`;
  }

  async #count(client: number): Promise<void> {
    const turn = this.#turns[client] ?? 0;
    this.#turns[client] = turn + 1;
    const session = client * SESSIONS_EACH + (turn % SESSIONS_EACH);
    const attempt = await this.#clients[client]?.attempt("INCR", this.#key(session));
    if (attempt === undefined) return;
    const { value, ...told } = attempt;
    this.increments.push({ ...told, session, value: value === null ? null : Number(value) });
    if (told.ending !== "ok") return;
    this.#done += 1;
    this.lastAt = told.endedAt;
  }
}
