import type { Context } from "../context/index.ts";
import { Fault } from "../fault/index.ts";
import type { Attempt } from "./attempt.ts";
import type { Consumer, QueueBackend } from "./backend.ts";
import type { Job } from "./job.ts";
import type { ResolvedQueue } from "./options.ts";
import type { QueueMeters } from "./queue-meters.ts";
import { Watchdog } from "./watchdog.ts";

export type AnyHandler = (job: Job) => unknown;

export interface WorkerParts {
  readonly context: Context;
  readonly backend: QueueBackend;
  readonly queue: ResolvedQueue;
  readonly meters: QueueMeters;
  readonly handlers: ReadonlyMap<string, AnyHandler>;
  /** Milliseconds. */
  readonly wedgedAfter: number;
}

/** Works on one queue, and sees to it that it goes on: a consumer that stands still while jobs wait is made anew. */
export class QueueWorker {
  readonly #parts: WorkerParts;
  readonly #watchdog: Watchdog;
  readonly #timer: NodeJS.Timeout;
  #consumer: Consumer;
  #before = new Set<Promise<void>>();
  #wedged = false;
  #stopped = false;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#watchdog = new Watchdog(parts.wedgedAfter, parts.queue.concurrency);
    this.#consumer = this.#consume();
    this.#timer = setInterval(() => void this.#look(), Math.max(10, Math.min(5_000, parts.wedgedAfter / 3)));
    this.#timer.unref();
    parts.context.health.add({
      name: `queue_${parts.queue.name}`,
      required: true,
      check: async () => {
        if (this.#wedged) throw new Error("its worker had stopped taking jobs, and was made anew");
        return `${this.#consumer.running} running`;
      },
    });
  }

  /** Finishes what runs and takes nothing new; when `force` aborts, gives back what still runs. Idempotent. */
  async stop(force: AbortSignal): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await Promise.all([this.#consumer.stop(force), ...this.#before]);
  }

  #consume(): Consumer {
    const { backend, queue, meters, context } = this.#parts;
    const { name, concurrency, backoff } = queue;
    return backend.consume({ queue: name, concurrency, backoff }, (job) => this.#handle(job as Attempt), {
      onEnd: (job, end, error) => {
        this.#wedged = false;
        meters.ended(end);
        if (end !== "dead") return;
        const message = error instanceof Error ? error.message : String(error);
        context.warn("a job is dead", { queue: name, task: job.task, job: job.id, error: message });
      },
      onTrouble: (error) => context.warn(`the worker of queue ${name} has trouble`, { error: error.message }),
    });
  }

  async #handle(job: Attempt): Promise<void> {
    const { handlers, queue, meters } = this.#parts;
    const handler = handlers.get(job.task);
    if (handler === undefined) {
      // Another release may have one.
      throw new Fault("TF_RT_QUEUE_TASK", `this worker has no handler for ${job.task}`);
    }
    const started = performance.now();
    try {
      await (queue.timeout === Number.POSITIVE_INFINITY ? handler(job) : withTimeout(job, queue.timeout, handler));
    } finally {
      meters.ran(performance.now() - started);
    }
  }

  async #look(): Promise<void> {
    const { backend, queue, meters, context } = this.#parts;
    const measure = await backend.measure(queue.name).catch(() => undefined);
    meters.last = measure;
    if (this.#stopped) return;
    if (measure === undefined) {
      this.#watchdog.reset();
      return;
    }
    const { steps, running } = this.#consumer;
    if (!this.#watchdog.look({ at: performance.now(), steps, running, waiting: measure.waiting })) return;
    this.#wedged = true;
    meters.recreated.value += 1;
    context.warn(`the worker of queue ${queue.name} had stopped taking jobs, and is made anew`, {
      waiting: measure.waiting,
    });
    const old = this.#consumer.stop(new AbortController().signal).catch(() => {});
    this.#before.add(old);
    void old.then(() => this.#before.delete(old));
    this.#consumer = this.#consume();
    this.#watchdog.reset();
  }
}

async function withTimeout(job: Attempt, milliseconds: number, handler: AnyHandler): Promise<unknown> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const fault = new Fault("TF_RT_JOB_TIMEOUT", `${job.task} was not done within ${milliseconds} ms`);
    job.abort(fault);
    reject(fault);
  }, milliseconds);
  try {
    return await Promise.race([handler(job), late]);
  } finally {
    clearTimeout(timer);
  }
}
