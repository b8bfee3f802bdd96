import { randomUUID } from "node:crypto";
import { Fault } from "../../fault/index.ts";
import type { ConsumeOptions, Consumer, ConsumerEvents, QueueBackend } from "../backend.ts";
import type { Enqueued, Job, JobState, JobView, NewJob, QueueMeasure } from "../job.ts";
import { Lanes } from "./lanes.ts";
import { MemoryConsumer } from "./memory-consumer.ts";

/** A job and what has become of it. */
export interface Entry {
  readonly id: string;
  readonly job: NewJob;
  readonly enqueuedAt: number;
  readonly order: number;
  state: JobState;
  failures: number;
  progress: unknown;
  error: string | null;
  /** By `Date.now()`: from when on it could run. */
  due: number;
}

/**
 * Queues in the memory of this process, for tests and for development without Redis: with all the promises but the one
 * that a job outlives its process.
 */
export class MemoryBackend implements QueueBackend {
  readonly #entries = new Map<string, Map<string, Entry>>();
  readonly #names = new Map<string, { readonly id: string; readonly until: number }>();
  readonly #consumers = new Set<MemoryConsumer>();
  readonly #lanes = new Lanes();
  readonly #timers = new Set<NodeJS.Timeout>();
  #order = 0;
  #closed = false;

  async enqueue(jobs: readonly NewJob[]): Promise<readonly Enqueued[]> {
    if (this.#closed) throw new Fault("TF_RT_CLOSED", "the queues are closed");
    return jobs.map((job) => this.#add(job));
  }

  consume(options: ConsumeOptions, handle: (job: Job) => Promise<unknown>, events: ConsumerEvents): Consumer {
    const consumer = new MemoryConsumer(this, { options, handle, events });
    this.#consumers.add(consumer);
    consumer.wake();
    return consumer;
  }

  async measure(queue: string): Promise<QueueMeasure> {
    const entries = [...this.#of(queue).values()];
    const count = (state: JobState) => entries.filter((entry) => entry.state === state).length;
    const oldest = Math.min(...entries.filter(({ state }) => state === "waiting").map(({ due }) => due));
    return {
      waiting: count("waiting"),
      delayed: count("delayed"),
      running: count("running"),
      dead: count("dead"),
      oldestAge: Number.isFinite(oldest) ? Math.max(0, Date.now() - oldest) : 0,
    };
  }

  async find(queue: string, id: string): Promise<JobView | null> {
    const entry = this.#of(queue).get(id);
    return entry === undefined ? null : view(entry);
  }

  async dead(queue: string, offset: number, limit: number): Promise<readonly JobView[]> {
    const dead = [...this.#of(queue).values()].filter(({ state }) => state === "dead");
    return dead
      .sort((a, b) => b.due - a.due)
      .slice(offset, offset + limit)
      .map(view);
  }

  async replay(queue: string, id: string): Promise<boolean> {
    const entry = this.#of(queue).get(id);
    if (entry?.state !== "dead") return false;
    entry.failures = 0;
    this.#admit(entry);
    return true;
  }

  async remove(queue: string, id: string): Promise<boolean> {
    const entry = this.#of(queue).get(id);
    if (entry === undefined || entry.state === "running") return false;
    this.#forget(entry);
    return true;
  }

  async check(): Promise<void> {}

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop(AbortSignal.abort())));
  }

  /** The next one that may run, now running; those that wait for others of their lane are put aside. */
  take(queue: string): Entry | undefined {
    const waiting = [...this.#of(queue).values()].filter(({ state }) => state === "waiting");
    waiting.sort((a, b) => a.job.priority - b.job.priority || a.order - b.order);
    for (const entry of waiting) {
      if (entry.job.lane === null || this.#lanes.enter(entry.job.lane, entry.id)) {
        entry.state = "running";
        return entry;
      }
      entry.state = "delayed";
    }
    return undefined;
  }

  complete(entry: Entry): void {
    this.#forget(entry);
  }

  retry(entry: Entry, delay: number): void {
    if (entry.job.lane?.ordered === false) this.#leave(entry);
    this.#admitLater(entry, delay);
  }

  bury(entry: Entry): void {
    entry.state = "dead";
    entry.due = Date.now();
    this.#leave(entry);
    this.#freeName(entry);
  }

  giveBack(entry: Entry): void {
    this.#admit(entry);
  }

  gone(consumer: MemoryConsumer): void {
    this.#consumers.delete(consumer);
  }

  #add(job: NewJob): Enqueued {
    const id = randomUUID();
    if (job.once !== null) {
      const name = `${job.queue}\0${job.once.name}`;
      const known = this.#names.get(name);
      if (known !== undefined && known.until > Date.now()) return { id: known.id, duplicate: true };
      this.#names.set(name, { id, until: Date.now() + job.once.milliseconds });
    }
    const entry: Entry = {
      id,
      // As it would come out of any other place where queues are kept.
      job: { ...job, data: JSON.parse(JSON.stringify(job.data ?? null)) },
      enqueuedAt: Date.now(),
      order: this.#order++,
      state: "waiting",
      failures: 0,
      progress: null,
      error: null,
      due: Date.now(),
    };
    this.#of(job.queue).set(id, entry);
    if (job.delay > 0) this.#admitLater(entry, job.delay);
    else this.#admit(entry);
    return { id, duplicate: false };
  }

  #admit(entry: Entry): void {
    entry.state = "waiting";
    entry.due = Date.now();
    for (const consumer of this.#consumers) if (consumer.queue === entry.job.queue) consumer.wake();
  }

  #admitLater(entry: Entry, delay: number): void {
    entry.state = "delayed";
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#of(entry.job.queue).get(entry.id)?.state === "delayed") this.#admit(entry);
    }, delay);
    this.#timers.add(timer);
  }

  #forget(entry: Entry): void {
    this.#of(entry.job.queue).delete(entry.id);
    this.#leave(entry);
    this.#freeName(entry);
  }

  #freeName({ id, job }: Entry): void {
    if (job.once === null || Number.isFinite(job.once.milliseconds)) return;
    const name = `${job.queue}\0${job.once.name}`;
    if (this.#names.get(name)?.id === id) this.#names.delete(name);
  }

  #leave({ id, job }: Entry): void {
    if (job.lane === null) return;
    const next = this.#lanes.leave(job.lane, id);
    const entry = next === undefined ? undefined : this.#of(job.queue).get(next);
    if (entry?.state === "delayed") this.#admit(entry);
  }

  #of(queue: string): Map<string, Entry> {
    const entries = this.#entries.get(queue) ?? new Map<string, Entry>();
    this.#entries.set(queue, entries);
    return entries;
  }
}

function view({ id, job, state, failures, progress, error, enqueuedAt }: Entry): JobView {
  const { queue, task, data, attempts } = job;
  return { id, queue, task, data, state, failures, attempts, progress, error, enqueuedAt: new Date(enqueuedAt) };
}
