import { type Context, loadPeer, type Part } from "../context/index.ts";
import { Fault } from "../fault/index.ts";
import type { EnqueueOptions, Queues } from "../queues/index.ts";
import { everyTicks, patternTicks, type Ticks } from "./ticks.ts";

export interface ScheduleOptions {
  /** Milliseconds for which a moment that no process saw is made up for, once, when one is there again. Default 300,000. */
  readonly catchUp?: number | undefined;
}

export interface PlanOptions {
  readonly task: string;
  readonly data?: unknown;
  readonly options?: Omit<EnqueueOptions, "once" | "delay"> | undefined;
}

export interface CronOptions extends PlanOptions {
  /** Five or six fields, or `@daily` and the like: `0 3 * * *`. */
  readonly cron: string;
  /** An IANA name. Default `UTC`: that instances on different machines agree. */
  readonly timezone?: string | undefined;
}

export interface EveryOptions extends PlanOptions {
  /** Milliseconds, at least 1,000. Counted from 1970, so that instances agree. */
  readonly every: number;
}

/** The longest that a timer can wait. */
const LONGEST = 2 ** 31 - 1;
/** Milliseconds for which a moment's name is remembered: well beyond any catching up. */
const REMEMBERED = 86_400_000;

/**
 * Enqueues jobs at their times. Every process may run the same schedule: each moment has a name, under which its job is
 * taken once, so exactly one fires and none has to lead. The clocks of machines may differ: the first one fires.
 */
export class Schedule implements Part, AsyncDisposable {
  readonly #context: Context;
  readonly #queues: Queues;
  readonly #catchUp: number;
  readonly #plans = new Map<string, AbortController>();
  readonly #running = new Set<Promise<void>>();

  constructor(context: Context, queues: Queues, { catchUp = 300_000 }: ScheduleOptions) {
    if (!(catchUp >= 0 && catchUp <= REMEMBERED / 2)) {
      throw new Fault("TF_RT_OPTION", `catchUp: is ${catchUp}; expected milliseconds from 0 to ${REMEMBERED / 2}`);
    }
    this.#context = context;
    this.#queues = queues;
    this.#catchUp = catchUp;
  }

  /**
   * Plans a task under a name; one of that name is replaced. Faults: `TF_RT_OPTION`, `TF_RT_QUEUE_TASK`,
   * `TF_RT_PEER_MISSING` (croner, for patterns).
   */
  async plan(name: string, options: CronOptions | EveryOptions): Promise<void> {
    const { task, data, options: how } = options;
    this.#queues.choose([{ task, data, options: how }]);
    const ticks = await ticksOf(options);
    this.remove(name);
    const controller = new AbortController();
    this.#plans.set(name, controller);
    const run = this.#run(name, ticks, options, controller.signal);
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
  }

  /** Plans it no longer, in this process. Idempotent. */
  remove(name: string): void {
    this.#plans.get(name)?.abort();
    this.#plans.delete(name);
  }

  async close(): Promise<void> {
    for (const name of [...this.#plans.keys()]) this.remove(name);
    await Promise.all(this.#running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #run(name: string, ticks: Ticks, plan: PlanOptions, signal: AbortSignal): Promise<void> {
    const { clock } = this.#context;
    const now = clock.now();
    const missed = ticks.previous(now);
    if (missed !== null && now - missed <= this.#catchUp) await this.#fire(name, missed, plan, signal);
    let after = clock.now();
    while (!signal.aborted) {
      const next = ticks.next(after);
      if (next === null) return;
      while (!signal.aborted && clock.now() < next) await pause(Math.min(LONGEST, next - clock.now()), signal);
      if (!signal.aborted) await this.#fire(name, next, plan, signal);
      after = Math.max(next, clock.now() - this.#catchUp);
    }
  }

  /** Tries until it is enqueued, or too late. */
  async #fire(name: string, tick: number, { task, data, options }: PlanOptions, signal: AbortSignal): Promise<void> {
    const { clock, warn } = this.#context;
    const once = { name: `schedule:${name}:${tick}`, milliseconds: REMEMBERED };
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.#queues.enqueueAll([{ task, data, options: { ...options, once } }]);
        return;
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        if (attempt === 0) warn(`what was planned as ${name} cannot be enqueued yet`, { error: text });
        if (clock.now() - tick > this.#catchUp)
          return warn(`what was planned as ${name} was given up`, { error: text });
        await pause(Math.min(5_000, 200 * 2 ** attempt), signal);
      }
    }
  }
}

async function ticksOf(options: CronOptions | EveryOptions): Promise<Ticks> {
  if ("every" in options) {
    if (Number.isInteger(options.every) && options.every >= 1_000) return everyTicks(options.every);
    throw new Fault("TF_RT_OPTION", `every: is ${options.every}; expected whole milliseconds from 1,000`);
  }
  const { Cron } = await loadPeer("croner", () => import("croner"));
  try {
    const pattern = new Cron(options.cron, { timezone: options.timezone ?? "UTC", paused: true });
    // It looks at the time zone only when it is asked.
    pattern.nextRun();
    return patternTicks(pattern);
  } catch (error) {
    throw new Fault("TF_RT_OPTION", `cron: ${error instanceof Error ? error.message : String(error)}`, {
      hint: "five fields: minute, hour, day, month, weekday, such as 0 3 * * *; a time zone such as Europe/Berlin",
    });
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}
