import type { Context } from "../../context/index.ts";
import type { NewJob } from "../job.ts";
import type { Queues } from "../queues.ts";
import type { Queryable } from "./outbox.ts";
import { DELETE, LIMIT, ORDERED, TAKE } from "./table.ts";

/** A pool of pg, or whatever looks like one. */
export interface ClientPool {
  connect(): Promise<PooledClient>;
}

export interface PooledClient extends Queryable {
  release(error?: Error | boolean): void;
  on?(event: "error", listener: () => void): unknown;
  off?(event: "error", listener: () => void): unknown;
}

export interface RelayOptions {
  /** To the primary. */
  readonly pool: ClientPool;
  /** Milliseconds between two looks at an empty table. Default 250. */
  readonly interval?: number | undefined;
  /** Rows at a time. Default 200. */
  readonly batch?: number | undefined;
  /**
   * Milliseconds for which the names of relayed jobs are remembered in Redis: a relay that dies between Redis and
   * PostgreSQL enqueues again what was enqueued, and so it is taken once. Default 3,600,000.
   */
  readonly remember?: number | undefined;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly job: NewJob;
  readonly token: string;
}

/** Milliseconds between attempts while PostgreSQL or Redis is away. */
const WORST = 5_000;

/** Moves jobs from the table into their queues. Any number of processes may run one. */
export class Relay implements AsyncDisposable {
  readonly #context: Context;
  readonly #queues: Queues;
  readonly #options: Required<{ [Name in keyof RelayOptions]: NonNullable<RelayOptions[Name]> }>;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(
    context: Context,
    queues: Queues,
    { pool, interval = 250, batch = 200, remember = 3_600_000 }: RelayOptions,
  ) {
    this.#context = context;
    this.#queues = queues;
    this.#options = { pool, interval, batch, remember };
    this.#done = this.#run();
  }

  /** Ends after the batch at hand. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #run(): Promise<void> {
    const { interval, batch } = this.#options;
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      try {
        const moved = await this.#move();
        failures = 0;
        // Spread, so that many relays do not look all at once.
        if (moved < batch) await this.#pause(interval * (0.75 + Math.random() / 2));
      } catch (error) {
        if (failures++ === 0) {
          this.#context.warn("the outbox is not relayed", {
            error: error instanceof Error ? error.message : String(error),
          });
        }
        await this.#pause(Math.min(WORST, interval * 2 ** failures));
      }
    }
  }

  /** Moves one batch; gives how many. */
  async #move(): Promise<number> {
    const client = await this.#options.pool.connect();
    // A connection that is lost between two statements tells nobody else, and would end the process.
    const lost = (): void => {};
    client.on?.("error", lost);
    try {
      await client.query("begin");
      await client.query(LIMIT);
      const [lock] = (await client.query(ORDERED)).rows as [{ ordered: boolean }];
      const rows = (await client.query(TAKE, [lock.ordered, this.#options.batch])).rows as Row[];
      if (rows.length > 0) {
        await this.#queues.enqueueChosen(rows.map((row) => this.#jobOf(row)));
        await client.query(DELETE, [rows.map(({ id }) => id)]);
      }
      await client.query("commit");
      client.release();
      return rows.length;
    } catch (error) {
      // The server rolls back what a lost connection had begun.
      client.release(error instanceof Error ? error : true);
      throw error;
    } finally {
      client.off?.("error", lost);
    }
  }

  #jobOf({ name, job, token }: Row): NewJob {
    const once = job.once ?? { name: `outbox:${name}`, milliseconds: this.#options.remember };
    // JSON has no Infinity.
    const milliseconds = once.milliseconds ?? Number.POSITIVE_INFINITY;
    return { ...job, once: { ...once, milliseconds }, token: job.token ?? token };
  }

  async #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#stop;
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
  }
}
