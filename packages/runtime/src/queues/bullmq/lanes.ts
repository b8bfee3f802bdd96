import type { RedisPort } from "../../redis/index.ts";
import type { Lane } from "../job.ts";
import { ENTER, LEAVE } from "./scripts.ts";

/** Milliseconds after which a job that waits for others of its lane looks by itself, in case nobody told it. */
const LOOK_AGAIN = 15_000;
/** And for each that is before it: thousands that wait shall not look all the time. */
const PER_RANK = 50;

export function lookAgainAfter(rank: number): number {
  return LOOK_AGAIN + rank * PER_RANK;
}

const REPEATABLE = { repeatable: true };

/** Who may run in the lanes of a queue, as Redis knows it. */
export class RedisLanes {
  readonly #redis: RedisPort;
  readonly #prefix: string;

  constructor(redis: RedisPort, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** At the end of its lane, unless it is in it. Those of a rank below the limit may run. */
  async enter(queue: string, lane: Lane, id: string): Promise<{ rank: number; told: string[] }> {
    const keys = [...this.#keys(queue, lane), `${this.#prefix}:${queue}:lanes`];
    const answer = await this.#redis.run<[number, ...string[]]>(ENTER, keys, this.#args(queue, lane, id), REPEATABLE);
    const [rank, ...told] = answer;
    return { rank: Number(rank), told };
  }

  /** Gives who is to be told to run now that it has left. */
  async leave(queue: string, lane: Lane, id: string): Promise<string[]> {
    return await this.#redis.run<string[]>(LEAVE, this.#keys(queue, lane), this.#args(queue, lane, id), REPEATABLE);
  }

  #keys(queue: string, { key }: Lane): string[] {
    return [`${this.#prefix}:${queue}:lane:${key}`, `${this.#prefix}:${queue}:delayed`];
  }

  #args(queue: string, { limit, ordered }: Lane, id: string): string[] {
    return [`${this.#prefix}:${queue}:`, `${limit}`, ordered ? "1" : "0", id];
  }
}
