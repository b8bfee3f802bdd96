import type { Queue } from "bullmq";
import type { RedisOptions } from "ioredis";
import { type Context, loadPeer } from "../../context/index.ts";
import { Fault } from "../../fault/index.ts";
import type { RedisPort } from "../../redis/index.ts";
import type { ConsumeOptions, Consumer, ConsumerEvents, QueueBackend } from "../backend.ts";
import type { Enqueued, Job, JobView, NewJob, QueueMeasure } from "../job.ts";
import { addAny } from "./add-any.ts";
import { Adder, isPlain } from "./adder.ts";
import { BullConsumer } from "./bullmq-consumer.ts";
import { Clients, connectionOptions } from "./connection.ts";
import { type Envelope, laneOf } from "./envelope.ts";
import { within } from "./faults.ts";
import { jobId } from "./job-id.ts";
import { RedisLanes } from "./lanes.ts";
import { MEASURE } from "./scripts.ts";
import { viewOf } from "./view.ts";

/** What the keys of all queues begin with. */
export const PREFIX = "queues";

export interface BullBackendOptions {
  /** Milliseconds until a call fails. */
  readonly deadline: number;
  /** How many replicas must have a job before it counts as enqueued. */
  readonly replicas: number;
  /** Milliseconds after which a job is taken from a worker that died. */
  readonly abandonedAfter: number;
}

interface Opened {
  readonly clients: Clients;
  readonly queues: Map<string, Queue<Envelope>>;
  readonly adders: Map<string, Adder>;
  readonly bullmq: typeof import("bullmq");
}

/** Queues in the durable Redis, kept by BullMQ. */
export class BullBackend implements QueueBackend {
  readonly lanes: RedisLanes;
  readonly connection: RedisOptions;
  readonly #context: Context;
  readonly #redis: RedisPort;
  readonly #options: BullBackendOptions;
  readonly #consumers = new Set<BullConsumer>();
  #opened: Promise<Opened> | undefined;
  #closed = false;

  /** Fault: `TF_RT_NOT_CONFIGURED`. */
  constructor(context: Context, options: BullBackendOptions) {
    this.#context = context;
    this.#options = options;
    this.connection = connectionOptions(context.environment, `${context.environment.instanceId}:queues`);
    this.#redis = context.redis("durable");
    this.lanes = new RedisLanes(this.#redis, PREFIX);
  }

  async enqueue(jobs: readonly NewJob[]): Promise<readonly Enqueued[]> {
    return await this.#call("enqueue", async (opened) => {
      const named = jobs.map((job) => ({ job, id: jobId() }));
      const added = new Map<string, string>();
      for (const [queue, group] of Map.groupBy(named, ({ job }) => job.queue)) {
        if (group.every(({ job }) => isPlain(job))) {
          await this.#adder(opened, queue).add(group);
          for (const { id } of group) added.set(id, id);
          continue;
        }
        const results = await addAny(this.#queue(opened, queue), group);
        for (const [at, { id }] of group.entries()) added.set(id, results[at]?.id ?? id);
      }
      for (const { job, id } of named) {
        // A delayed job takes its place in the lane when its time has come.
        if (job.lane !== null && job.delay === 0 && added.get(id) === id) {
          const { told } = await this.lanes.enter(job.queue, job.lane, id);
          await this.promote(job.queue, told);
        }
      }
      await this.#replicate(opened);
      return named.map(({ id }) => ({ id: added.get(id) as string, duplicate: added.get(id) !== id }));
    });
  }

  consume(options: ConsumeOptions, handle: (job: Job) => Promise<unknown>, events: ConsumerEvents): Consumer {
    const consumer = new BullConsumer(this, { options, handle, events });
    this.#consumers.add(consumer);
    return consumer;
  }

  async measure(queue: string): Promise<QueueMeasure> {
    await this.check();
    const key = (type: string) => `${PREFIX}:${queue}:${type}`;
    const now = this.#context.clock.now();
    const keys = ["wait", "prioritized", "delayed", "active", "failed"].map(key);
    const found = await this.#redis.run<[number, number, number, number, string]>(MEASURE, keys, [key(""), `${now}`], {
      repeatable: true,
    });
    const [waiting, delayed, running, dead, oldest] = found.map(Number) as [number, number, number, number, number];
    return { waiting, delayed, running, dead, oldestAge: oldest === 0 ? 0 : Math.max(0, now - oldest) };
  }

  async find(queue: string, id: string): Promise<JobView | null> {
    return await this.#call("find", async (opened) => {
      const job = await this.#queue(opened, queue).getJob(id);
      return job === undefined ? null : viewOf(job, queue, await job.getState());
    });
  }

  async dead(queue: string, offset: number, limit: number): Promise<readonly JobView[]> {
    return await this.#call("dead", async (opened) => {
      const jobs = await this.#queue(opened, queue).getJobs(["failed"], offset, offset + limit - 1, false);
      return jobs.flatMap((job) => viewOf(job, queue, "failed") ?? []);
    });
  }

  async replay(queue: string, id: string): Promise<boolean> {
    return await this.#call("replay", async (opened) => {
      const job = await this.#queue(opened, queue).getJob(id);
      if (job === undefined || !(await job.isFailed())) return false;
      await job.retry("failed", { resetAttemptsMade: true, resetAttemptsStarted: true });
      return true;
    });
  }

  async remove(queue: string, id: string): Promise<boolean> {
    return await this.#call("remove", async (opened) => {
      const job = await this.#queue(opened, queue).getJob(id);
      if (job === undefined || (await job.isActive())) return false;
      if ((await this.#queue(opened, queue).remove(id)) === 0) return false;
      const lane = laneOf(job.data);
      if (lane !== null) await this.promote(queue, await this.lanes.leave(queue, lane, id));
      return true;
    });
  }

  /** The shared connection looks at the server before its first command, and refuses one that may evict. */
  async check(): Promise<void> {
    if (this.#closed) throw new Fault("TF_RT_CLOSED", "the queues are closed");
    await this.#redis.send(["PING"], { repeatable: true });
  }

  /** Lets jobs run that have waited for others of their lane. One that does not wait is left as it is. */
  async promote(queue: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const opened = await this.#open();
    for (const id of ids) {
      const job = new opened.bullmq.Job(this.#queue(opened, queue) as never, "", {}, {}, id);
      await job.promote().catch((error: unknown) => {
        if (!(error instanceof Error && /not in the delayed state|Missing key/i.test(error.message))) throw error;
      });
    }
  }

  get abandonedAfter(): number {
    return this.#options.abandonedAfter;
  }

  gone(consumer: BullConsumer): void {
    this.#consumers.delete(consumer);
  }

  warn(message: string, error: unknown): void {
    this.#context.warn(message, { error: error instanceof Error ? error.message : String(error) });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop(AbortSignal.abort())));
    const opened = await this.#opened?.catch(() => undefined);
    if (opened === undefined) return;
    await Promise.all([...opened.queues.values()].map((queue) => queue.close().catch(() => {})));
    opened.clients.cut();
  }

  async #replicate({ clients }: Opened): Promise<void> {
    const { replicas, deadline } = this.#options;
    if (replicas === 0) return;
    const have = await clients.first.wait(replicas, deadline);
    if (have >= replicas) return;
    throw new Fault("TF_RT_QUEUE_REPLICAS", `the job is enqueued, and ${have} of ${replicas} replicas have it`, {
      hint: "enqueue it again under the same name (`once`): it is taken once",
    });
  }

  async #call<T>(what: string, work: (opened: Opened) => Promise<T>): Promise<T> {
    return await within(this.#options.deadline, what, async () => await work(await this.#open()));
  }

  async #open(): Promise<Opened> {
    this.#opened ??= this.#start().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return await this.#opened;
  }

  async #start(): Promise<Opened> {
    await this.check();
    const bullmq = await loadPeer("bullmq", () => import("bullmq"));
    return { clients: await Clients.open(this.connection), queues: new Map(), adders: new Map(), bullmq };
  }

  #adder({ clients, adders }: Opened, queue: string): Adder {
    const known = adders.get(queue);
    if (known !== undefined) return known;
    const adder = new Adder(clients.first, `${PREFIX}:${queue}`);
    adders.set(queue, adder);
    return adder;
  }

  #queue({ clients, queues, bullmq }: Opened, name: string): Queue<Envelope> {
    const known = queues.get(name);
    if (known !== undefined) return known;
    const queue = new bullmq.Queue<Envelope>(name, {
      connection: clients.first,
      prefix: PREFIX,
      skipMetasUpdate: false,
    });
    queue.on("error", () => {});
    queues.set(name, queue);
    return queue;
  }
}
