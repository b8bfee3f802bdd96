import type { Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context, DrainStage, DrainTask, Part } from "../context/index.ts";
import type { Health } from "../health/index.ts";
import { type DrainOptions, type DrainRules, parseDrainOptions } from "./options.ts";
import { Served } from "./served.ts";

/** `leaving`: not ready, but still serving. `finishing`: requests and sockets end. Then workers, then stores. */
export type DrainState = "serving" | "leaving" | "finishing" | "workers" | "stores" | "done";

/** What is left of the grace for stores and the end, in milliseconds; at most a quarter of it. */
const LAST = 2_000;

/**
 * Ends this process so that nobody notices. On a signal: readiness answers 503, while requests are still served until
 * balancers have seen that; then no connection is taken any more, what is under way is finished, and open sockets are led
 * away at the same time; then workers finish; then stores are closed; then the process exits, with 0, or with 1 when
 * something failed or was cut because the grace was over.
 */
export class Drain implements Part {
  readonly #context: Context;
  readonly #health: Health;
  readonly #rules: DrainRules;
  readonly #served: Served[] = [];
  #state: DrainState = "serving";
  #running: Promise<void> | undefined;
  #listening = false;
  #failed = false;

  constructor(context: Context, health: Health, options: DrainOptions) {
    this.#context = context;
    this.#health = health;
    this.#rules = parseDrainOptions(options);
  }

  get state(): DrainState {
    return this.#state;
  }

  /** Requests that are under way on the servers that it was given. */
  get inFlight(): number {
    return this.#served.reduce((sum, { inFlight }) => sum + inFlight, 0);
  }

  /**
   * From now on a signal drains this server of node:http and then ends the process: what `app.listen` of Express gives,
   * `app.server` of Fastify, what `serve` of Hono gives.
   */
  serve(server: Server): void {
    this.#served.push(new Served(server));
    this.onSignals();
  }

  /** As `serve`, for a process without a server. Idempotent. */
  onSignals(): void {
    if (this.#listening) return;
    this.#listening = true;
    for (const signal of this.#rules.signals) process.on(signal, this.#onSignal);
  }

  /** Something of the application's own: `stores` are closed last, after workers and after sockets. */
  add(stage: DrainStage, task: DrainTask): void {
    this.#context.drains.add(stage, task);
  }

  /** Drains, and ends the process. Idempotent: whoever asks later waits for the same. */
  begin(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  async close(): Promise<void> {
    for (const signal of this.#rules.signals) process.off(signal, this.#onSignal);
  }

  readonly #onSignal = (): void => {
    if (this.#running !== undefined) this.#rules.exit(1);
    else void this.begin();
  };

  async #run(): Promise<void> {
    const { propagation, grace, exit } = this.#rules;
    // Not unref'd: a drain that is stuck would end with 0 as soon as nothing else keeps the process.
    const force = setTimeout(() => {
      this.#context.warn("the grace is over; what is left is cut", { stage: this.#state, inFlight: this.inFlight });
      exit(1);
    }, grace);
    const ends = performance.now() + grace - Math.min(LAST, grace / 4);
    const left = () => Math.max(1, ends - performance.now());
    this.#state = "leaving";
    this.#health.beginDraining();
    for (const served of this.#served) served.leave();
    await sleep(propagation);
    this.#state = "finishing";
    // Workers need some of what is left, so that requests without an end do not take all of it.
    await this.#within(left() / 2, (signal) => [
      ...this.#served.map((served) => served.finish()),
      ...this.#tasks("sockets", signal),
    ]);
    for (const served of this.#served) served.cut();
    this.#state = "workers";
    await this.#within(left(), (signal) => this.#tasks("workers", signal));
    this.#state = "stores";
    await this.#within(left() + LAST / 2, (signal) => this.#tasks("stores", signal));
    this.#state = "done";
    clearTimeout(force);
    exit(this.#failed ? 1 : 0);
  }

  #tasks(stage: DrainStage, signal: AbortSignal): Promise<void>[] {
    return this.#context.drains.of(stage).map(async (task) => await task(signal));
  }

  /** One that fails keeps no other from being done. */
  async #within(milliseconds: number, start: (signal: AbortSignal) => readonly Promise<void>[]): Promise<void> {
    const controller = new AbortController();
    const { promise: late, resolve } = Promise.withResolvers<"late">();
    const timer = setTimeout(() => {
      controller.abort(new Error("the time to drain is over"));
      resolve("late");
    }, milliseconds);
    const all = Promise.allSettled(start(controller.signal));
    const outcome = await Promise.race([all, late]);
    clearTimeout(timer);
    if (outcome === "late") return this.#fail("did not end in time", { inFlight: this.inFlight });
    for (const one of outcome) {
      if (one.status === "rejected") this.#fail("failed", { error: String(one.reason) });
    }
  }

  #fail(what: string, detail: object): void {
    this.#failed = true;
    this.#context.warn(`draining: ${this.#state} ${what}`, { ...detail });
  }
}

/** Throws `TF_RT_OPTION`. */
export function openDrain(context: Context, health: Health, options: DrainOptions = {}): Drain {
  return new Drain(context, health, options);
}
