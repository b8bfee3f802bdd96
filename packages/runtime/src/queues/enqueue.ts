import { Fault } from "../fault/index.ts";
import type { Lane, NewJob } from "./job.ts";
import type { ResolvedQueue, ResolvedQueues } from "./options.ts";
import { routeOf } from "./routes.ts";

export interface EnqueueOptions {
  /** Instead of that to which the task is routed. */
  readonly queue?: string | undefined;
  /** Milliseconds until it may run; or when. */
  readonly delay?: number | Date | undefined;
  /** Lower is sooner: 0 (default) to 1,000. */
  readonly priority?: number | undefined;
  /** Default: the queue's. */
  readonly attempts?: number | undefined;
  /**
   * A name: while a job of this name is remembered, no other is taken. For an hour, unless `milliseconds` says otherwise;
   * `Infinity`: until it is done or dead.
   */
  readonly once?: string | { readonly name: string; readonly milliseconds: number } | undefined;
  /** A key: jobs of a key run one after the other, in the order in which they came. */
  readonly order?: string | undefined;
  /** A key: of the jobs of a group only so many run at a time (`groupLimit`). */
  readonly group?: string | undefined;
  /** The LSN up to which the database must have been replayed for the job's reads. */
  readonly token?: string | undefined;
}

/** One of several that are enqueued together. */
export interface Order {
  readonly task: string;
  readonly data?: unknown;
  readonly options?: EnqueueOptions | undefined;
}

const HOUR = 3_600_000;

/** Makes every choice. `now` is in milliseconds. Faults: `TF_RT_OPTION`, `TF_RT_QUEUE_TASK`. */
export function newJob({ task, data, options = {} }: Order, resolved: ResolvedQueues, now: number): NewJob {
  const queue = queueOf(task, options.queue, resolved);
  const { priority = 0, attempts = queue.attempts, once, token = null } = options;
  const delay = options.delay instanceof Date ? Math.max(0, options.delay.getTime() - now) : (options.delay ?? 0);
  const problems: string[] = [];
  if (!(delay >= 0 && Number.isFinite(delay)))
    problems.push(`delay: is ${delay}; expected milliseconds from 0, or a date`);
  if (!Number.isInteger(priority) || priority < 0 || priority > 1_000) {
    problems.push(`priority: is ${priority}; expected a whole number from 0 to 1,000`);
  }
  if (!Number.isInteger(attempts) || attempts < 1)
    problems.push(`attempts: is ${attempts}; expected a whole number from 1`);
  if (options.order !== undefined && options.group !== undefined) {
    problems.push("order, group: a job has one of them; `order` is a group of one that keeps its order");
  }
  const remembered = typeof once === "string" ? { name: once, milliseconds: HOUR } : (once ?? null);
  if (remembered !== null && (remembered.name === "" || !(remembered.milliseconds > 0))) {
    problems.push("once: expected a name, and milliseconds above 0 or Infinity");
  }
  if (problems.length > 0) {
    throw new Fault("TF_RT_OPTION", `the options of a job of ${task} are not understood`, { lines: problems });
  }
  return {
    queue: queue.name,
    task,
    data,
    once: remembered,
    delay: Math.round(delay),
    priority,
    attempts,
    lane: laneOf(options, queue),
    token,
  };
}

function queueOf(task: string, named: string | undefined, { queues, routes }: ResolvedQueues): ResolvedQueue {
  const name = named ?? routeOf(task, routes);
  const queue = name === null ? undefined : queues.get(name);
  if (queue !== undefined) return queue;
  const known = [...queues.keys()].join(", ");
  throw new Fault("TF_RT_QUEUE_TASK", name === null ? `no queue takes ${task}` : `there is no queue ${name}`, {
    hint: `the queues are ${known}; say in their \`tasks\` which of them takes ${task}`,
  });
}

function laneOf({ order, group }: EnqueueOptions, { groupLimit }: ResolvedQueue): Lane | null {
  if (order !== undefined) return { key: `order:${order}`, limit: 1, ordered: true };
  if (group !== undefined) return { key: `group:${group}`, limit: groupLimit, ordered: false };
  return null;
}
