import type { Redis } from "ioredis";
import type { NewJob } from "../job.ts";
import { seal } from "./envelope.ts";
import { ADD, LARGE } from "./quick-scripts.ts";
import { type ScriptCommand, scriptCommand } from "./script-command.ts";

/** Jobs that are added at once: while a script runs, the server does nothing else. */
const MOST = 200;

/** Whether a job waits for nothing and nobody: it goes to the end of its queue. */
export function isPlain({ once, delay, priority, lane }: NewJob): boolean {
  return once === null && delay === 0 && priority === 0 && lane === null;
}

/** Jobs that travel in one command. */
interface Batch {
  readonly args: string[];
  jobs: number;
  size: number;
  readonly sent: PromiseWithResolvers<unknown>;
}

/** Puts plain jobs into a queue. Those of one turn of the event loop travel together, whoever enqueues them. */
export class Adder {
  readonly #jobs: string;
  readonly #add: ScriptCommand<number>;
  #batch: Batch | undefined;

  /** `queue` as in `<queue>:<id>`. */
  constructor(client: Redis, queue: string) {
    this.#jobs = `${queue}:`;
    this.#add = scriptCommand(client, ADD, [`${queue}:wait`, `${queue}:marker`, `${queue}:id`]);
  }

  /** Resolves when they are in the queue, in their order. One that is there already is left. */
  async add(jobs: readonly { readonly job: NewJob; readonly id: string }[]): Promise<void> {
    const batches = new Set<Batch>();
    for (const { job, id } of jobs) {
      const batch = this.#batchForOne();
      const data = JSON.stringify(seal(job));
      batch.args.push(id, job.task, data, optionsOf(job.attempts));
      batch.size += data.length;
      batches.add(batch);
    }
    await Promise.all([...batches].map(({ sent }) => sent.promise));
  }

  #batchForOne(): Batch {
    if (this.#batch === undefined || this.#batch.jobs === MOST || this.#batch.size >= LARGE) {
      const batch: Batch = { args: [this.#jobs, `${Date.now()}`], jobs: 0, size: 0, sent: Promise.withResolvers() };
      this.#batch = batch;
      setImmediate(() => {
        if (this.#batch === batch) this.#batch = undefined;
        this.#add(batch.args).then(batch.sent.resolve, batch.sent.reject);
      });
    }
    this.#batch.jobs++;
    return this.#batch;
  }
}

/** As BullMQ keeps them. */
function optionsOf(attempts: number): string {
  return `{"attempts":${attempts},"backoff":{"type":"ours"}}`;
}
