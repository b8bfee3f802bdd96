import type { Order } from "../enqueue.ts";
import type { Queues } from "../queues.ts";
import { CREATE, INSERT } from "./table.ts";

/** What can run a statement: a client of pg within a transaction, or whatever looks like one. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/**
 * Enqueues within a transaction of PostgreSQL: the job exists if, and only if, the transaction is committed. It waits in a
 * table from which a `Relay` moves it into its queue.
 */
export class Outbox {
  readonly #queues: Queues;

  constructor(queues: Queues) {
    this.#queues = queues;
  }

  /** Makes the table, when it is not there. */
  static async migrate(client: Queryable): Promise<void> {
    await client.query(CREATE);
  }

  /** `client` is that of the transaction. A delay counts from when the job is relayed. Faults: `TF_RT_QUEUE_TASK`, `TF_RT_OPTION`. */
  async enqueue(client: Queryable, task: string, data?: unknown, options?: Order["options"]): Promise<void> {
    await this.enqueueAll(client, [{ task, data, options }]);
  }

  async enqueueAll(client: Queryable, orders: readonly Order[]): Promise<void> {
    await client.query(INSERT, [JSON.stringify(this.#queues.choose(orders))]);
  }
}
