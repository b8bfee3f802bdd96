import { Fault } from "../fault/index.ts";
import type { QueueBackend } from "./backend.ts";
import type { Backoff } from "./backoff.ts";
import { type Routes, routeProblems } from "./routes.ts";

export interface QueueOptions {
  /** Tasks that go into it: names, or beginnings that end with `*`: `report.*`. The longest that fits wins. */
  readonly tasks?: readonly string[] | undefined;
  /** Jobs that one process does at a time. Default 10. */
  readonly concurrency?: number | undefined;
  /** How often a job is tried before it is dead. Default 5. */
  readonly attempts?: number | undefined;
  /** Milliseconds before the next attempt: `first` (1,000), doubled up to `most` (300,000), spread by half. */
  readonly backoff?: Partial<Backoff> | undefined;
  /** Milliseconds for an attempt; then its signal aborts and it has failed with `TF_RT_JOB_TIMEOUT`. Default: none. */
  readonly timeout?: number | undefined;
  /** How many jobs of one `group` run at a time, over all processes. Default 1. */
  readonly groupLimit?: number | undefined;
}

export interface QueuesOptions {
  /** By name. Default: one, `default`, for all tasks. */
  readonly queues?: Readonly<Record<string, QueueOptions>> | undefined;
  /** Where they are kept. `memory` is for tests and for development without Redis: jobs die with the process. */
  readonly backend?: "redis" | "memory" | QueueBackend | undefined;
  /** Milliseconds until a call fails. Default 5,000. */
  readonly deadline?: number | undefined;
  /** How many replicas of Redis must have a job before it counts as enqueued. Default 0. Fault: `TF_RT_QUEUE_REPLICAS`. */
  readonly replicas?: number | undefined;
  /** Milliseconds that `close` waits for jobs that run. Default 30,000. */
  readonly grace?: number | undefined;
  /** Milliseconds after which a job is taken from a worker that died: at least 1,000. Default 30,000. */
  readonly abandonedAfter?: number | undefined;
  /** Milliseconds without any job begun or ended, while some wait and there is room, until a worker is made anew. Default 15,000. */
  readonly wedgedAfter?: number | undefined;
}

export interface ResolvedQueue {
  readonly name: string;
  readonly concurrency: number;
  readonly attempts: number;
  readonly backoff: Backoff;
  readonly timeout: number;
  readonly groupLimit: number;
}

export interface ResolvedQueues {
  readonly queues: ReadonlyMap<string, ResolvedQueue>;
  readonly routes: Routes;
  readonly backend: "redis" | "memory" | QueueBackend;
  readonly deadline: number;
  readonly replicas: number;
  readonly grace: number;
  readonly abandonedAfter: number;
  readonly wedgedAfter: number;
}

const ALL: Readonly<Record<string, QueueOptions>> = { default: { tasks: ["*"] } };

/** Fault: `TF_RT_OPTION`, with every problem. */
export function resolveQueues(options: QueuesOptions): ResolvedQueues {
  const problems: string[] = [];
  const whole = (name: string, value: number, least: number): number => {
    if (!Number.isInteger(value) || value < least)
      problems.push(`${name}: is ${value}; expected a whole number from ${least}`);
    return value;
  };
  const named = Object.entries(options.queues ?? ALL);
  const queues = new Map<string, ResolvedQueue>();
  for (const [name, queue] of named) {
    if (!/^\w[\w.-]{0,63}$/.test(name)) problems.push(`queues.${name}: is no name; expected letters, digits, - . _`);
    const at = `queues.${name}`;
    const { first = 1_000, most = 300_000 } = queue.backoff ?? {};
    queues.set(name, {
      name,
      concurrency: whole(`${at}.concurrency`, queue.concurrency ?? 10, 1),
      attempts: whole(`${at}.attempts`, queue.attempts ?? 5, 1),
      backoff: { first: whole(`${at}.backoff.first`, first, 1), most: whole(`${at}.backoff.most`, most, first) },
      timeout: queue.timeout === undefined ? Number.POSITIVE_INFINITY : whole(`${at}.timeout`, queue.timeout, 1),
      groupLimit: Math.min(1_000, whole(`${at}.groupLimit`, queue.groupLimit ?? 1, 1)),
    });
  }
  const routes = new Map(named.map(([name, { tasks = [] }]) => [name, tasks]));
  problems.push(...routeProblems(routes));
  const resolved = {
    queues,
    routes,
    backend: options.backend ?? "redis",
    deadline: whole("deadline", options.deadline ?? 5_000, 1),
    replicas: whole("replicas", options.replicas ?? 0, 0),
    grace: whole("grace", options.grace ?? 30_000, 0),
    abandonedAfter: whole("abandonedAfter", options.abandonedAfter ?? 30_000, 1_000),
    wedgedAfter: whole("wedgedAfter", options.wedgedAfter ?? 15_000, 1),
  } as const;
  if (problems.length === 0) return resolved;
  throw new Fault("TF_RT_OPTION", "the options of the queues are not understood", { lines: problems });
}
