import type { JobJson, JobsOptions } from "bullmq";
import type { Redis } from "ioredis";
import { TURN } from "./quick-scripts.ts";
import { type ScriptCommand, scriptCommand } from "./script-command.ts";

/** Jobs that end in one command: while a script runs, the server does nothing else. */
const MOST = 100;

/** A job that is done, and whether another is wanted for its token. */
export interface Done {
  readonly id: string;
  readonly token: string;
  /** Under which it was enqueued once. */
  readonly once: string | undefined;
  readonly fetch: boolean;
}

/** What BullMQ expects: a job and its id or nothing, how long it may not be asked, and when one may come. */
export type Next = [JobJson | null, string | undefined, number, number];

/** `undone`: it is not in our hands any more. `look`: another is to be asked for. */
export type Ended = "undone" | "look" | Next;

type Answer = [ends: number[], taken: (string | null)[][], since: number];
type Waiting = Done & Pick<PromiseWithResolvers<Ended>, "resolve" | "reject">;

export interface TurnsOptions {
  /** As in `<queue>:<id>`. */
  readonly queue: string;
  /** Milliseconds for which a job is in the hands of who took it. */
  readonly lock: number;
  /** Jobs that run at a time. */
  readonly concurrency: number;
  readonly parseOptions: (text: string) => JobsOptions;
}

/** Ends jobs and takes others in their place: all that end in one turn of the event loop by one command. */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #turn: ScriptCommand<Answer>;
  readonly #gather: (send: () => void) => void;
  #waiting: Waiting[] = [];
  /** Most jobs of a queue have the same. */
  #parsed: { readonly text: string; readonly options: JobsOptions } = { text: "{}", options: {} };

  constructor(client: Redis, options: TurnsOptions) {
    this.#options = options;
    // One that runs alone has nothing to wait for.
    this.#gather = options.concurrency === 1 ? process.nextTick : setImmediate;
    const keys = ["wait", "active", "prioritized", "delayed", "stalled", "meta", "pc", "marker"];
    this.#turn = scriptCommand(
      client,
      TURN,
      keys.map((key) => `${options.queue}:${key}`),
    );
  }

  end(done: Done): Promise<Ended> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) this.#gather(() => this.#send());
      this.#waiting.push({ ...done, resolve, reject });
    });
  }

  #send(): void {
    const all = this.#waiting;
    this.#waiting = [];
    for (let at = 0; at < all.length; at += MOST) this.#sendSome(all.slice(at, at + MOST));
  }

  #sendSome(some: readonly Waiting[]): void {
    const now = Date.now();
    const args: (string | number)[] = [`${this.#options.queue}:`, now, this.#options.lock];
    for (const { id, token, fetch, once } of some) args.push(id, token, fetch ? 1 : 0, once ?? "");
    this.#turn(args).then(
      ([ends, taken, since]) => {
        let next = 0;
        for (const [at, { fetch, resolve }] of some.entries()) {
          if (ends[at] !== 1) resolve("undone");
          else if (!fetch) resolve("look");
          else if (next < taken.length) resolve(this.#next(taken[next++] as (string | null)[], now));
          else resolve(since < 0 ? "look" : [null, undefined, 0, since]);
        }
      },
      (error: unknown) => {
        for (const { reject } of some) reject(error);
      },
    );
  }

  #next(fields: readonly (string | null)[], processedOn: number): Next {
    const [name, data, opts, timestamp, delay, priority, ats, atm, stc, progress, deid, defa, ...rest] = fields;
    const [failedReason, stacktrace, id] = rest;
    const text = opts ?? "{}";
    if (this.#parsed.text !== text) this.#parsed = { text, options: this.#options.parseOptions(text) };
    const job: Partial<JobJson> = {
      id: id as string,
      name: name as string,
      data: data ?? "{}",
      opts: this.#parsed.options,
      timestamp: Number(timestamp),
      delay: Number(delay),
      priority: Number(priority),
      attemptsStarted: Number(ats) + 1,
      attemptsMade: Number(atm),
      stalledCounter: Number(stc),
      progress: JSON.parse(progress ?? "0"),
      processedOn,
      ...(failedReason == null ? {} : { failedReason }),
      ...(deid == null ? {} : { deduplicationId: deid }),
      ...(defa == null ? {} : { deferredFailure: defa }),
      ...(stacktrace == null ? {} : { stacktrace }),
    };
    // It has no result, which BullMQ's type forgets.
    return [job as JobJson, id as string, 0, 0];
  }
}
