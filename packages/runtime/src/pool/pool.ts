import type { Context, Part } from "../context/index.ts";
import { Fault } from "../fault/index.ts";
import { Admission, type Waiting } from "./admission.ts";
import { type Chunk, Costs, placeOf, planChunks } from "./chunk.ts";
import { Ending } from "./ending.ts";
import { type Answer, type Ask, pack, restored } from "./message.ts";
import { type PoolOptions, parsePoolOptions, type ResolvedPoolOptions } from "./options.ts";
import { PoolMeters, type PoolStatistics } from "./statistics.ts";
import type { OutputOf, RunOptions, Task, TaskModule, TaskName, TaskOptions } from "./task.ts";
import { Kill, Threads } from "./threads.ts";

type Reply = Exclude<Answer, { kind: "unusable" }>;

/**
 * Threads for work that would block the event loop, one pool a process, shared by all that it serves. Tasks are functions
 * of one module, called by name. First come, first served; what finds the queue full is refused at once, so that a
 * process that is overloaded says so instead of answering late.
 */
export class Pool<M extends TaskModule = TaskModule> implements Part, AsyncDisposable {
  readonly #options: ResolvedPoolOptions;
  readonly #threads: Threads;
  readonly #admission: Admission;
  readonly #costs = new Costs();
  readonly #meters: PoolMeters;
  #closing = false;
  #onIdle: (() => void) | undefined;

  constructor({ meters, health }: Pick<Context, "meters" | "health">, options: PoolOptions) {
    this.#options = parsePoolOptions(options);
    this.#meters = new PoolMeters(meters);
    this.#threads = new Threads(this.#options);
    this.#admission = new Admission(this.#options.threads, this.#options.queue);
    meters.gauge("tenfold_pool_threads", "Threads of the pool.", () => this.#options.threads);
    meters.gauge("tenfold_pool_busy", "Threads that are busy.", () => this.#admission.busy);
    meters.gauge("tenfold_pool_waiting", "Tasks that wait for a thread.", () => this.#admission.waiting);
    health.addFact("thread_pool_stats", () => this.statistics());
  }

  /** Resolves when every thread has loaded the module. Faults: `TF_RT_PEER_MISSING`, `TF_RT_POOL_MODULE`. */
  ready(): Promise<void> {
    return this.#threads.ready();
  }

  /**
   * Runs one task in a thread, and throws what it throws. Below about 50 µs of work a message costs more than it saves:
   * do it here, or many at once with `executeBatch`.
   *
   * Faults: `TF_RT_POOL_FULL`, `TF_RT_POOL_DEADLINE`, `TF_RT_POOL_THREAD`, `TF_RT_POOL_COPY`, `TF_RT_POOL_MODULE`, `TF_RT_CLOSED`; the
   * signal's reason when it aborts.
   */
  async run<K extends TaskName<M>>({ name, input }: Task<M, K>, options: TaskOptions = {}): Promise<OutputOf<M[K]>> {
    this.#admit();
    using ending = this.#ending(options);
    try {
      const reply = await this.#ask({ kind: "one", name, input }, ending, options.transfer);
      if (reply.kind === "thrown") throw restored(reply.thrown);
      this.#meters.add("completed");
      return (reply as Reply & { kind: "value" }).value as OutputOf<M[K]>;
    } catch (error) {
      this.#count(error, 1, ending);
      throw error;
    }
  }

  /**
   * Runs many tasks, spread over the threads in messages of a size that suits what such tasks took before, and gives
   * their results in order. Throws what the first to fail throws, and then starts no more of them. Buffers are copied.
   * The deadline is that of the whole batch. Faults: those of `run`.
   */
  async executeBatch<K extends TaskName<M>>(
    tasks: readonly Task<M, K>[],
    options: RunOptions = {},
  ): Promise<OutputOf<M[K]>[]> {
    const { values, errors } = await this.#batch(tasks, options, true);
    for (const error of errors.values()) throw error;
    return values as OutputOf<M[K]>[];
  }

  /** Like `executeBatch`, but does them all, and tells of each whether it failed. Faults: `TF_RT_POOL_FULL`, `TF_RT_CLOSED`. */
  async settleBatch<K extends TaskName<M>>(
    tasks: readonly Task<M, K>[],
    options: RunOptions = {},
  ): Promise<PromiseSettledResult<OutputOf<M[K]>>[]> {
    const { values, errors } = await this.#batch(tasks, options, false);
    return Array.from(values, (value, place) =>
      errors.has(place)
        ? { status: "rejected", reason: errors.get(place) }
        : { status: "fulfilled", value: value as OutputOf<M[K]> },
    );
  }

  statistics(): PoolStatistics {
    return {
      threads: this.#options.threads,
      busy: this.#admission.busy,
      waiting: this.#admission.waiting,
      queue: this.#options.queue,
      ...this.#meters.counts,
      replaced: this.#meters.replaced.value,
      wait: this.#meters.wait.summary(),
      run: this.#meters.run.summary(),
    };
  }

  /** Takes nothing new, waits for what it has taken, for so many milliseconds (10,000), and ends the threads. Idempotent. */
  async close({ grace = 10_000 }: { readonly grace?: number } = {}): Promise<void> {
    this.#closing = true;
    if (this.#admission.busy > 0) {
      const { promise: idle, resolve } = Promise.withResolvers<void>();
      this.#onIdle = resolve;
      const late = setTimeout(resolve, grace);
      await idle;
      clearTimeout(late);
    }
    await this.#threads.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #admit(): void {
    if (this.#closing) throw new Fault("TF_RT_CLOSED", "the pool is closed");
    if (!this.#admission.full) return;
    this.#meters.add("refused");
    const { threads, queue } = this.#options;
    throw new Fault("TF_RT_POOL_FULL", `${threads} threads are busy and ${queue} tasks wait, which is the limit`, {
      hint: "try again later; run more instances, give the pool more threads, or a longer queue",
    });
  }

  #ending({ signal, deadline = this.#options.deadline }: RunOptions): Ending {
    if (!(deadline > 0)) throw new Fault("TF_RT_OPTION", `deadline: is ${deadline}; expected milliseconds above 0`);
    return new Ending(signal, deadline);
  }

  async #batch(
    tasks: readonly { readonly name: string; readonly input: unknown }[],
    options: RunOptions,
    stopAtFirst: boolean,
  ): Promise<{ values: unknown[]; errors: Map<number, unknown> }> {
    this.#admit();
    using ending = this.#ending(options);
    const chunks = planChunks(tasks, this.#options.threads, this.#costs);
    const values = new Array<unknown>(tasks.length);
    const errors = new Map<number, unknown>();
    let next = 0;
    const fail = (chunk: Chunk<unknown>, error: unknown): void => {
      for (const at of chunk.inputs.keys()) errors.set(placeOf(chunk, at), error);
      this.#count(error, chunk.inputs.length, ending);
    };
    // As many at a time as there are threads, so that what others ask meanwhile is not behind the whole batch.
    const lane = async (): Promise<void> => {
      for (let chunk = chunks[next++]; chunk !== undefined; chunk = chunks[next++]) {
        if (ending.over) fail(chunk, ending.reason);
        else if (!stopAtFirst || errors.size === 0)
          await this.#chunk(chunk, ending, values, errors).catch((error) => fail(chunk, error));
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#options.threads, chunks.length) }, lane));
    return { values, errors };
  }

  async #chunk(chunk: Chunk<unknown>, ending: Ending, values: unknown[], errors: Map<number, unknown>): Promise<void> {
    const { name, inputs } = chunk;
    const reply = (await this.#ask({ kind: "many", name, inputs: pack(inputs) }, ending)) as Reply & { kind: "values" };
    this.#costs.record(name, reply.milliseconds, inputs.length);
    for (let at = 0; at < inputs.length; at++) values[placeOf(chunk, at)] = reply.values[at];
    for (const [at, thrown] of reply.thrown) errors.set(placeOf(chunk, at), restored(thrown));
    this.#meters.add("failed", reply.thrown.length);
    this.#meters.add("completed", inputs.length - reply.thrown.length);
  }

  #ask(ask: Ask, ending: Ending, transfer?: readonly unknown[]): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const entered = performance.now();
    const kill = new Kill();
    const waiting: Waiting = {
      start: () => {
        const started = performance.now();
        this.#meters.waited(started - entered);
        this.#threads
          .ask(ask, transfer, kill)
          .then(resolve, reject)
          .finally(() => {
            forget();
            this.#meters.ran(performance.now() - started);
            this.#leave();
          });
      },
    };
    const forget = ending.on((reason) => {
      reject(reason);
      if (!this.#admission.remove(waiting) && kill.now()) this.#meters.replaced.value += 1;
    });
    if (!ending.over) this.#admission.enter(waiting);
    return promise;
  }

  #leave(): void {
    this.#admission.leave();
    if (this.#admission.busy === 0) this.#onIdle?.();
  }

  #count(error: unknown, tasks: number, ending: Ending): void {
    if (error instanceof Fault && error.code === "TF_RT_POOL_THREAD") this.#meters.replaced.value += 1;
    if (!ending.over || error !== ending.reason) this.#meters.add("failed", tasks);
    else this.#meters.add(error instanceof Fault && error.code === "TF_RT_POOL_DEADLINE" ? "late" : "aborted", tasks);
  }
}
