import type { Bytes } from "../units/bytes.ts";
import type { MemberName } from "./member.ts";

export const STATUS_CLASSES = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;

/** Status codes by their first digit. */
export type StatusClass = (typeof STATUS_CLASSES)[number];

/** One web instance, as the balancer sees it. Counters since the balancer's process started. */
export interface InstanceFigures {
  readonly requests: number;
  /** Its answers. A WebSocket is a 1xx when it is opened, and so are early hints. */
  readonly statuses: Readonly<Record<StatusClass, number>>;
  /** Requests that wait in the balancer now, for this instance and no other. */
  readonly queued: number;
  /** Requests and WebSockets that it has now. Of a balancer's process that was reloaded away, only WebSockets are seen. */
  readonly inFlight: number;
  /** Of those, the WebSockets. */
  readonly webSockets: number;
  /** Until an answer began, mean of its last 1,024, milliseconds; `null` before the first. */
  readonly response: number | null;
  /** Of that, what they waited in the balancer until the instance took them. */
  readonly waited: number | null;
}

/**
 * Answers by how long they took: how many each bucket has, by its lower bound in microseconds. A bucket has two decimal
 * digits, as from 12 to 13 ms, so that a value is known within a tenth. Those without answers are absent.
 */
export type AnswerCounts = ReadonlyMap<number, number>;

/** The web tier. Counters start anew when the balancer does; a counter that has fallen says so. */
export interface WebFigures {
  /** Requests that were meant for an instance, whether one got them or not. */
  readonly requests: number;
  /** Answers of 500 and above that instances gave. */
  readonly errors: number;
  /** Requests that an instance took and did not answer, or not in time: the balancer answered 502 or 504. */
  readonly unanswered: number;
  /** Answers of 503 that the balancer gave because no instance could take the request. */
  readonly refused: number;
  /** Requests that wait in the balancer now. */
  readonly queued: number;
  /**
   * Answers of instances, WebSockets aside, from when the balancer had the request to the head of the answer. They were
   * counted by the process with this pid: another one has begun at zero.
   */
  readonly answers: { readonly process: number; readonly counts: AnswerCounts };
  /** Those that it sends requests to, and those that still have something in flight. */
  readonly instances: ReadonlyMap<MemberName, InstanceFigures>;
}

/** A statement of the application: all that differ in nothing but constants are one. */
export interface StatementFigures {
  /** PostgreSQL's number for it. */
  readonly id: string;
  readonly calls: number;
  /** Milliseconds that all of them took. */
  readonly time: number;
}

/** What the application's statements did in a while. */
export interface StatementGrowth {
  readonly calls: number;
  /** Milliseconds that all of them took. */
  readonly time: number;
  /** Those that took the most of it. */
  readonly slowest: readonly StatementFigures[];
}

/** The application's statements on the primary. They are looked at less often than the rest. */
export interface StatementTotals {
  /** Counters since the engine first looked, as of its last look at them; another primary goes on with them. */
  readonly calls: number;
  /** Milliseconds. */
  readonly time: number;
  /** At a look at them, what they did in the milliseconds since the one before; else `null`. */
  readonly lately: (StatementGrowth & { readonly lasting: number }) | null;
}

/** The primary, as it sees itself. */
export interface DatabaseFigures {
  readonly connections: number;
  readonly maxConnections: number;
  /** Sessions that wait for a lock now. */
  readonly waitingForLocks: number;
  /** Transactions since the statistics began. */
  readonly transactions: number;
  /** Replicas that commits wait for. */
  readonly synchronous: number;
  /** Bytes that each replica lags behind. */
  readonly lag: ReadonlyMap<MemberName, number>;
  /** `null` where it does not count them. */
  readonly statements: StatementTotals | null;
}

export interface PoolerFigures {
  readonly clients: number;
  /** Clients that wait for a connection now, and how long the first of them has waited, milliseconds. */
  readonly waiting: number;
  readonly longestWait: number;
  readonly servers: number;
  /** The most of both. */
  readonly maxClients: number;
  readonly poolSize: number;
}

/** A Redis: the durable one or the cache. */
export interface RedisFigures {
  readonly memory: Bytes;
  /** 0: no limit. */
  readonly maxMemory: Bytes;
  readonly clients: number;
  readonly hits: number;
  readonly misses: number;
  readonly evicted: number;
}

/** Jobs that shall not begin before a time: put in for later, or another attempt of one that failed. */
export interface LaterJobs {
  /** Those that are not due yet; `null` where nobody counts them. */
  readonly jobs: number | null;
  /** Milliseconds until the first of them is due; below 0: it waits for a worker to look. `null`: there is none. */
  readonly due: number | null;
}

/** What workers have done. Counters; `seconds` is how long it took them, `null` where nobody adds it up. */
export interface DoneJobs {
  readonly jobs: number;
  readonly seconds: number | null;
}

/** A queue of jobs. Counters since it began; `null` or absent where its library does not tell. */
export interface QueueFigures {
  /** Jobs that wait, with those that were put in for later and are due. */
  readonly queued: number;
  readonly inFlight: number | null;
  /** How long the oldest job that waits has waited, milliseconds; `null` where it cannot be told, 0 when none waits. */
  readonly oldest: number | null;
  /** Jobs that were ever put in, for now or for later. */
  readonly arrived: number | null;
  readonly later?: LaterJobs;
  /** Somebody has paused it: so many wait until it goes on, and none of them counts as `queued`. */
  readonly paused?: number;
  readonly done?: DoneJobs;
}

/** The machine between two looks: cores that it has, and how many were busy, whoever it was for. */
export interface MachineFigures {
  readonly cores: number;
  readonly busy: number;
}
