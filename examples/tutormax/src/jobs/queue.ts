import type { Redis } from "ioredis";

export interface Job {
  /** The same for the same work, so that it is enqueued once. */
  readonly id: string;
  readonly kind: string;
}

/** A job in the hands of a worker. It stays in the queue until it is done. */
export interface Delivery {
  readonly job: Job;
  /** Its place in the queue. */
  readonly entry: string;
  /** How often it was given to a worker, this time included. */
  readonly attempt: number;
}

const GROUP = "workers";
/** Milliseconds after which a job is taken from a worker that has not finished it. Longer than any job may run. */
const ABANDONED = 60_000;
/** Seconds for which the id of a job is remembered. */
const REMEMBERED = 3_600;

/** Keys: the mark that this id was enqueued, the queue. Arguments: the mark's lifetime, id, kind. 1 when it is new. */
const ENQUEUE = `
if not redis.call("SET", KEYS[1], 1, "NX", "EX", ARGV[1]) then return 0 end
redis.call("XADD", KEYS[2], "MAXLEN", "~", 10000, "*", "id", ARGV[2], "kind", ARGV[3])
return 1`;

const REMOVE = `
redis.call("XACK", KEYS[1], "${GROUP}", ARGV[1])
return redis.call("XDEL", KEYS[1], ARGV[1])`;

type Entry = readonly [id: string, fields: readonly string[] | null];

/**
 * A queue in a Redis stream. Its length is the number of jobs that wait or run, and the id of its first entry holds
 * the time since when that one waits.
 *
 * A job is delivered at least once. It belongs to one worker of the group until it is done; the same worker gets it
 * again after a restart, and another one when its worker has not finished it for a minute.
 */
export class JobQueue {
  readonly #redis: Redis;
  readonly #name: string;

  constructor(redis: Redis, name: string) {
    this.#redis = redis;
    this.#name = name;
  }

  /** False when a job with this id was enqueued before. */
  async enqueue({ id, kind }: Job): Promise<boolean> {
    const mark = `${this.#name}:enqueued:${id}`;
    return (await this.#redis.eval(ENQUEUE, 2, mark, this.#name, REMEMBERED, id, kind)) === 1;
  }

  /** A job that this worker left undone, or one that another abandoned, or the next; `null` when none comes in time. */
  async take(worker: string, waitMilliseconds: number): Promise<Delivery | null> {
    try {
      const entry =
        (await this.#read(worker, "0", null)) ??
        (await this.#claim(worker)) ??
        (await this.#read(worker, ">", waitMilliseconds));
      return entry === null ? null : await this.#deliver(entry);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOGROUP"))) throw error;
      await this.#createGroup();
      return null;
    }
  }

  /** Takes a finished job out of the queue. */
  async remove({ entry }: Delivery): Promise<void> {
    await this.#redis.eval(REMOVE, 1, this.#name, entry);
  }

  async #read(worker: string, after: "0" | ">", wait: number | null): Promise<Entry | null> {
    const block = wait === null ? [] : ["BLOCK", wait];
    const group = ["GROUP", GROUP, worker, "COUNT", 1, ...block, "STREAMS", this.#name, after];
    const reply = (await this.#redis.call("XREADGROUP", ...group)) as [[string, Entry[]]] | null;
    return reply?.[0][1][0] ?? null;
  }

  async #claim(worker: string): Promise<Entry | null> {
    const range = [this.#name, GROUP, worker, ABANDONED, "0-0", "COUNT", 1];
    const reply = (await this.#redis.call("XAUTOCLAIM", ...range)) as [string, Entry[], string[]];
    return reply[1][0] ?? null;
  }

  async #deliver([entry, fields]: Entry): Promise<Delivery | null> {
    const pending = await this.#redis.xpending(this.#name, GROUP, entry, entry, 1);
    const attempt = Number((pending as [[string, string, number, number]])[0]?.[3] ?? 1);
    const delivery = { job: { id: fieldOf(fields, "id"), kind: fieldOf(fields, "kind") }, entry, attempt };
    if (fields !== null) return delivery;
    // The queue was cut to its greatest length, and the job is gone.
    await this.remove(delivery);
    return null;
  }

  async #createGroup(): Promise<void> {
    try {
      await this.#redis.xgroup("CREATE", this.#name, GROUP, "0", "MKSTREAM");
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("BUSYGROUP"))) throw error;
    }
  }
}

function fieldOf(fields: readonly string[] | null, name: string): string {
  const at = (fields ?? []).findIndex((text, index) => index % 2 === 0 && text === name);
  return at === -1 ? "" : (fields?.[at + 1] ?? "");
}
