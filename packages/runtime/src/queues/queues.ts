import type { Context, Part } from "../context/index.ts";
import { Fault } from "../fault/index.ts";
import type { QueueBackend } from "./backend.ts";
import { BullBackend } from "./bullmq/bullmq-backend.ts";
import { type EnqueueOptions, newJob, type Order } from "./enqueue.ts";
import type { Enqueued, Job, JobView, NewJob, QueueMeasure } from "./job.ts";
import { MemoryBackend } from "./memory/memory-backend.ts";
import { type QueuesOptions, type ResolvedQueue, type ResolvedQueues, resolveQueues } from "./options.ts";
import { Relay, type RelayOptions } from "./outbox/relay.ts";
import { QueueMeters } from "./queue-meters.ts";
import { type AnyHandler, QueueWorker } from "./queue-worker.ts";
import type { RegisteredJobs } from "./register.ts";
import { routeOf } from "./routes.ts";

/** What is done for each task. */
export type Handlers<Jobs = RegisteredJobs> = { readonly [Task in keyof Jobs]?: (job: Job<Jobs[Task]>) => unknown };

export interface WorkOptions {
  /** Default: that of QUEUE, else all that the tasks of the handlers are routed to. */
  readonly queues?: readonly string[] | undefined;
}

/**
 * Work that is done later, or elsewhere. A job is done at least once: handlers must bear a second time, which comes when a
 * process or Redis dies at the wrong moment.
 */
export class Queues<Jobs = RegisteredJobs> implements Part, AsyncDisposable {
  readonly #context: Context;
  readonly #options: ResolvedQueues;
  readonly #backend: QueueBackend;
  readonly #meters = new Map<string, QueueMeters>();
  readonly #workers: QueueWorker[] = [];
  readonly #relays: Relay[] = [];
  #closing = false;

  /** Faults: `TF_RT_OPTION`, `TF_RT_NOT_CONFIGURED`. */
  constructor(context: Context, options: QueuesOptions) {
    this.#context = context;
    this.#options = resolveQueues(options);
    const { backend, deadline, replicas, abandonedAfter } = this.#options;
    if (backend === "memory") this.#backend = new MemoryBackend();
    else if (backend === "redis") this.#backend = new BullBackend(context, { deadline, replicas, abandonedAfter });
    else this.#backend = backend;
    context.drains.add("workers", (signal) => this.#stop(signal));
  }

  /** Names of the queues. */
  get names(): readonly string[] {
    return [...this.#options.queues.keys()];
  }

  /** Faults: `TF_RT_QUEUE_TASK`, `TF_RT_OPTION`, `TF_RT_QUEUE_REPLICAS`, those of Redis. */
  async enqueue<Task extends keyof Jobs & string>(
    task: Task,
    data?: Jobs[Task],
    options: EnqueueOptions = {},
  ): Promise<Enqueued> {
    const [enqueued] = await this.enqueueAll([{ task, data, options }]);
    return enqueued as Enqueued;
  }

  /** Many at once, for what one costs on the way; in their order, but not all or none. Faults: those of `enqueue`. */
  async enqueueAll(orders: readonly Order[]): Promise<readonly Enqueued[]> {
    if (this.#closing) throw new Fault("TF_RT_CLOSED", "the queues are closed");
    return await this.#backend.enqueue(this.choose(orders));
  }

  /** Every choice that is made of a job before it is enqueued. Faults: `TF_RT_QUEUE_TASK`, `TF_RT_OPTION`. */
  choose(orders: readonly Order[]): readonly NewJob[] {
    const now = this.#context.clock.now();
    return orders.map((order) => newJob(order, this.#options, now));
  }

  /** Moves what an `Outbox` holds into the queues, until the queues, or it, are closed. */
  relay(options: RelayOptions): Relay {
    const relay = new Relay(this.#context, this as unknown as Queues, options);
    this.#relays.push(relay);
    return relay;
  }

  /** Enqueues what was chosen before. */
  async enqueueChosen(jobs: readonly NewJob[]): Promise<readonly Enqueued[]> {
    return await this.#backend.enqueue(jobs);
  }

  /**
   * Works on jobs until it is closed or drained. Each queue is worked on once a process. Faults: `TF_RT_QUEUE_TASK`,
   * `TF_RT_CLOSED`.
   */
  work(handlers: Handlers<Jobs>, options: WorkOptions = {}): void {
    if (this.#closing) throw new Fault("TF_RT_CLOSED", "the queues are closed");
    const byTask = new Map(Object.entries(handlers) as [string, AnyHandler][]);
    for (const queue of this.#queuesFor([...byTask.keys()], options.queues)) {
      this.#workers.push(
        new QueueWorker({
          context: this.#context,
          backend: this.#backend,
          queue,
          meters: this.#metersOf(queue.name),
          handlers: byTask,
          wedgedAfter: this.#options.wedgedAfter,
        }),
      );
    }
  }

  /** Faults of this and of all below: `TF_RT_QUEUE_TASK` for a queue that is not there, those of Redis. */
  async measure(queue: string): Promise<QueueMeasure> {
    const measure = await this.#backend.measure(this.#queue(queue).name);
    this.#metersOf(queue).last = measure;
    return measure;
  }

  /** A job that is not done; `null` when there is none. */
  async find(queue: string, id: string): Promise<JobView | null> {
    return await this.#backend.find(this.#queue(queue).name, id);
  }

  /** Takes out a job that does not run, a dead one too; false when it runs or is not there. */
  async remove(queue: string, id: string): Promise<boolean> {
    return await this.#backend.remove(this.#queue(queue).name, id);
  }

  /** Dead letters, those that died last first. They are kept for two weeks, and up to 100,000. */
  async dead(
    queue: string,
    { offset = 0, limit = 100 }: { readonly offset?: number; readonly limit?: number } = {},
  ): Promise<readonly JobView[]> {
    return await this.#backend.dead(this.#queue(queue).name, offset, limit);
  }

  /** Puts a dead job back, with all of its attempts; false when it is not dead. */
  async replay(queue: string, id: string): Promise<boolean> {
    return await this.#backend.replay(this.#queue(queue).name, id);
  }

  /** Puts back all that are dead now; gives how many. */
  async replayAll(queue: string): Promise<number> {
    const { dead } = await this.measure(queue);
    const views = await this.dead(queue, { limit: dead });
    let replayed = 0;
    for (const { id } of views.toReversed()) if (await this.replay(queue, id)) replayed++;
    return replayed;
  }

  /** Waits for jobs that run, up to `grace`, and gives back what runs then. Idempotent. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#relays.map((relay) => relay.close()));
    await this.#stop(AbortSignal.timeout(this.#options.grace));
    await this.#backend.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #stop(force: AbortSignal): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop(force)));
  }

  #queuesFor(tasks: readonly string[], named: readonly string[] | undefined): readonly ResolvedQueue[] {
    const own = this.#context.environment.queue;
    const chosen = named ?? (own === null ? null : [own]);
    const routed = tasks.map((task) => {
      const queue = routeOf(task, this.#options.routes);
      if (queue === null) throw new Fault("TF_RT_QUEUE_TASK", `no queue takes ${task}, for which there is a handler`);
      return queue;
    });
    return [...new Set(chosen ?? routed)].map((name) => this.#queue(name));
  }

  #queue(name: string): ResolvedQueue {
    const queue = this.#options.queues.get(name);
    if (queue !== undefined) return queue;
    throw new Fault("TF_RT_QUEUE_TASK", `there is no queue ${name}`, {
      hint: `the queues are ${this.names.join(", ")}`,
    });
  }

  #metersOf(queue: string): QueueMeters {
    const known = this.#meters.get(queue);
    if (known !== undefined) return known;
    const meters = new QueueMeters(this.#context.meters, queue);
    this.#meters.set(queue, meters);
    return meters;
  }
}
