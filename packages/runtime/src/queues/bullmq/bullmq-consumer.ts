import { setTimeout as sleep } from "node:timers/promises";
import type { Job as BullJob, Worker, WorkerOptions } from "bullmq";
import { loadPeer } from "../../context/index.ts";
import type { Attempt } from "../attempt.ts";
import type { ConsumeOptions, Consumer, ConsumerEvents } from "../backend.ts";
import { retryDelay } from "../backoff.ts";
import { drained } from "../closing.ts";
import { type Job, Permanent } from "../job.ts";
import { BullAttempt } from "./bullmq-attempt.ts";
import { type BullBackend, PREFIX } from "./bullmq-backend.ts";
import { Clients } from "./connection.ts";
import { type Envelope, laneOf } from "./envelope.ts";
import { lookAgainAfter } from "./lanes.ts";
import { quickBackend } from "./quick-backend.ts";

export interface BullWork {
  readonly options: ConsumeOptions;
  readonly handle: (job: Job) => Promise<unknown>;
  readonly events: ConsumerEvents;
}

type Bull = typeof import("bullmq");

/** A job's attempt, kept on it: a WeakMap would cost more than all else that is ours. */
const ATTEMPT: unique symbol = Symbol("attempt");

/** Dead letters that are kept of a queue: for two weeks, and no more than so many. */
const DEAD = { age: 14 * 86_400, count: 100_000 };

/** Milliseconds that the end of a worker may take when it must end. */
const PATIENCE = 2_000;

/** How often a job may lose its worker before it is dead: one that takes its process down must not do so for ever. */
const STALLS = 3;

/** A worker of BullMQ. */
export class BullConsumer implements Consumer {
  readonly #backend: BullBackend;
  readonly #work: BullWork;
  readonly #running = new Set<Attempt>();
  #bull: Bull | undefined;
  #worker: Worker<Envelope> | undefined;
  #clients: Clients | undefined;
  #starting: Promise<void>;
  #stopping: Promise<void> | undefined;
  steps = 0;

  constructor(backend: BullBackend, work: BullWork) {
    this.#backend = backend;
    this.#work = work;
    this.#starting = this.#start();
  }

  get running(): number {
    return this.#running.size;
  }

  async stop(force: AbortSignal): Promise<void> {
    this.#stopping ??= this.#stop(force);
    await this.#stopping;
  }

  /** Tries until the server can be used, or it is stopped. */
  async #start(): Promise<void> {
    const { options } = this.#work;
    for (let attempt = 0; this.#stopping === undefined; attempt++) {
      try {
        await this.#backend.check();
        this.#bull = await loadPeer("bullmq", () => import("bullmq"));
        this.#clients ??= await Clients.open(this.#backend.connection);
        const { first } = this.#clients;
        this.#worker = new this.#bull.Worker<Envelope>(
          options.queue,
          (job, token) => this.#process(job, token),
          { ...this.#settings(), connection: first },
          quickBackend(this.#bull, first),
        );
        this.#listen(this.#worker);
        return;
      } catch (error) {
        if (attempt === 0) this.#work.events.onTrouble(error as Error);
        await new Promise((resolve) => setTimeout(resolve, 1_000));
      }
    }
  }

  #settings(): Omit<WorkerOptions, "connection"> {
    const { concurrency, backoff } = this.#work.options;
    return {
      prefix: PREFIX,
      concurrency,
      // Below the time after which a silent connection is given up.
      drainDelay: 2,
      runRetryDelay: 500,
      maxStalledCount: STALLS,
      // Here and not in each job, where it would be read again for each.
      removeOnComplete: { count: 0 },
      removeOnFail: DEAD,
      lockDuration: this.#backend.abandonedAfter,
      stalledInterval: this.#backend.abandonedAfter,
      settings: { backoffStrategy: (failures) => retryDelay(backoff, failures, Math.random()) },
    };
  }

  #listen(worker: Worker<Envelope>): void {
    const { events } = this.#work;
    worker.on("error", (error) => events.onTrouble(error));
    worker.on("completed", (job) => {
      this.steps++;
      events.onEnd(this.#attemptOf(job), "completed", undefined);
      this.#leave(job);
    });
    worker.on("failed", (job, error) => {
      if (job === undefined) return;
      this.steps++;
      const dead = job.finishedOn !== undefined;
      events.onEnd(this.#attemptOf(job), dead ? "dead" : "failed", error);
      if (dead || laneOf(job.data)?.ordered === false) this.#leave(job);
    });
  }

  async #process(job: BullJob<Envelope>, token: string | undefined): Promise<unknown> {
    this.steps++;
    if (job.data.l !== undefined && !(await this.#mayRun(job, token))) throw new (this.#bull as Bull).DelayedError();
    const attempt = this.#attemptOf(job);
    this.#running.add(attempt);
    try {
      await attempt.run(this.#work.handle);
      return null;
    } catch (error) {
      if (attempt.aborted && this.#stopping !== undefined) {
        await job.moveToWait(token);
        throw new (this.#bull as Bull).WaitingError();
      }
      if (!(error instanceof Permanent)) throw error;
      throw Object.assign(new (this.#bull as Bull).UnrecoverableError(error.message), { cause: error });
    } finally {
      this.#running.delete(attempt);
    }
  }

  /** Whether it is this job's turn in its lane. If not, it is put aside until it is told, or looks by itself. */
  async #mayRun(job: BullJob<Envelope>, token: string | undefined): Promise<boolean> {
    const lane = laneOf(job.data);
    if (lane === null) return true;
    const { queue } = this.#work.options;
    const id = job.id as string;
    const { rank, told } = await this.#backend.lanes.enter(queue, lane, id);
    await this.#backend.promote(queue, told);
    if (rank < lane.limit) return true;
    await job.moveToDelayed(Date.now() + lookAgainAfter(rank), token);
    // Whoever left meanwhile found it running, and could not tell it.
    await this.#backend.promote(queue, (await this.#backend.lanes.enter(queue, lane, id)).told);
    return false;
  }

  #leave(job: BullJob<Envelope>): void {
    const lane = laneOf(job.data);
    if (lane === null) return;
    const { queue } = this.#work.options;
    this.#backend.lanes
      .leave(queue, lane, job.id as string)
      .then((told) => this.#backend.promote(queue, told))
      .catch((error: unknown) => this.#backend.warn(`the lane ${lane.key} of ${queue} goes on later`, error));
  }

  #attemptOf(job: BullJob<Envelope> & { [ATTEMPT]?: Attempt }): Attempt {
    job[ATTEMPT] ??= new BullAttempt(job, this.#work.options.queue);
    return job[ATTEMPT];
  }

  /** BullMQ waits for Redis to answer, which may be never, and connects again what was cut while it waits. */
  async #cutUntil(closed: Promise<unknown>): Promise<void> {
    let open = true;
    void closed.finally(() => {
      open = false;
    });
    await Promise.race([closed, sleep(PATIENCE)]);
    for (let attempt = 0; open && attempt < 20; attempt++) {
      this.#clients?.cut();
      await Promise.race([closed, sleep(100)]);
    }
  }

  async #stop(force: AbortSignal): Promise<void> {
    await Promise.race([this.#starting, aborted(force)]);
    const worker = this.#worker;
    if (worker === undefined) return;
    const closed = worker.close();
    const ended = Promise.race([closed, aborted(force).then(() => this.#cutUntil(closed))]);
    await drained(ended, () => this.#running, force);
    this.#clients?.cut();
    this.#backend.gone(this);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
