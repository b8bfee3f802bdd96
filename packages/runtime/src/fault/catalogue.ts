export type FaultCode =
  | "TF_RT_ENVIRONMENT"
  | "TF_RT_OPTION"
  | "TF_RT_NOT_CONFIGURED"
  | "TF_RT_PEER_MISSING"
  | "TF_RT_CLOSED"
  | "TF_RT_REDIS_AWAY"
  | "TF_RT_REDIS_LOST"
  | "TF_RT_REDIS_TIMEOUT"
  | "TF_RT_REDIS_POLICY"
  | "TF_RT_CACHE_KEY"
  | "TF_RT_CACHE_VALUE"
  | "TF_RT_RATE_LIMITED"
  | "TF_RT_OVERLOADED"
  | "TF_RT_CROSS_SITE"
  | "TF_RT_SESSION_SIZE"
  | "TF_RT_SESSION_CONTENDED"
  | "TF_RT_SESSION_LATE"
  | "TF_RT_POOL_FULL"
  | "TF_RT_POOL_DEADLINE"
  | "TF_RT_POOL_THREAD"
  | "TF_RT_POOL_COPY"
  | "TF_RT_POOL_MODULE"
  | "TF_RT_STORAGE_KEY"
  | "TF_RT_STORAGE_RANGE"
  | "TF_RT_STORAGE_LINK"
  | "TF_RT_STORAGE_SIZE"
  | "TF_RT_STORAGE_CONFLICT"
  | "TF_RT_STORAGE_AWAY"
  | "TF_RT_QUEUE_REPLICAS"
  | "TF_RT_QUEUE_TASK"
  | "TF_RT_JOB_TIMEOUT"
  | "TF_RT_DATABASE_AWAY"
  | "TF_RT_DATABASE_ROLLED_BACK"
  | "TF_RT_DATABASE_READ_ONLY"
  | "TF_RT_DATABASE_INDETERMINATE"
  | "TF_RT_MIGRATION"
  | "TF_RT_CHANNEL_REFUSED";

export interface CatalogueEntry {
  /** The status with which an adapter answers a request that fails by it. */
  readonly status: number;
  /** When it happens, in one sentence; the reference page is checked against it. */
  readonly when: string;
}

/** Every fault that an application can meet. */
export const CATALOGUE: Readonly<Record<FaultCode, CatalogueEntry>> = {
  TF_RT_ENVIRONMENT: { status: 500, when: "Variables of the environment cannot be used; all are listed." },
  TF_RT_OPTION: { status: 500, when: "An option of a part is not understood." },
  TF_RT_NOT_CONFIGURED: { status: 500, when: "A part needs a service that the environment does not name." },
  TF_RT_PEER_MISSING: { status: 500, when: "A part needs an npm package that the application has not installed." },
  TF_RT_CLOSED: { status: 503, when: "The runtime, or the part, is closed." },
  TF_RT_REDIS_AWAY: { status: 503, when: "Redis cannot be reached; the command was not sent." },
  TF_RT_REDIS_LOST: {
    status: 503,
    when: "The connection to Redis was lost before the answer; whether the command was executed is not known.",
  },
  TF_RT_REDIS_TIMEOUT: {
    status: 503,
    when: "Redis did not answer within the deadline; whether the command was executed is not known.",
  },
  TF_RT_REDIS_POLICY: { status: 500, when: "The durable Redis may evict keys: its policy is not `noeviction`." },
  TF_RT_CACHE_KEY: { status: 500, when: "An argument of a cached function cannot be part of a key." },
  TF_RT_CACHE_VALUE: { status: 500, when: "A value cannot be cached, since it has no JSON." },
  TF_RT_RATE_LIMITED: { status: 429, when: "A rate limit refuses a request." },
  TF_RT_OVERLOADED: { status: 503, when: "As many requests are under way as this process can serve without delay." },
  TF_RT_CROSS_SITE: {
    status: 403,
    when: "A browser sent a request that changes something, or asked for a WebSocket, on behalf of another site.",
  },
  TF_RT_SESSION_SIZE: { status: 500, when: "The fields of a session are larger than `sessions.maxBytes`." },
  TF_RT_SESSION_CONTENDED: {
    status: 503,
    when: "A field of a session was changed by others again and again meanwhile.",
  },
  TF_RT_SESSION_LATE: {
    status: 500,
    when: "A session needs a cookie, and the head of the answer has been sent already.",
  },
  TF_RT_POOL_FULL: { status: 503, when: "All threads of the pool are busy and as many tasks wait as may." },
  TF_RT_POOL_DEADLINE: { status: 503, when: "A task, or a batch, was not done within its deadline." },
  TF_RT_POOL_THREAD: { status: 500, when: "The thread of a task died: no memory left, or the task ended it." },
  TF_RT_POOL_COPY: { status: 500, when: "An input or a result of a task cannot be copied between threads." },
  TF_RT_POOL_MODULE: {
    status: 500,
    when: "The pool's module of tasks cannot be loaded, or exports no function of that name.",
  },
  TF_RT_STORAGE_KEY: { status: 400, when: "A key names no file safely: `..`, an absolute path, a control character." },
  TF_RT_STORAGE_RANGE: { status: 416, when: "A range of bytes lies outside the file." },
  TF_RT_STORAGE_LINK: {
    status: 403,
    when: "A link to a file was not given out, has expired, or is for another method.",
  },
  TF_RT_STORAGE_SIZE: { status: 413, when: "An upload by link is larger than allowed." },
  TF_RT_STORAGE_CONFLICT: {
    status: 409,
    when: "In a directory: a name of the key is a file already, or the key is a directory.",
  },
  TF_RT_STORAGE_AWAY: { status: 503, when: "The directory or the bucket cannot be reached, is full, or refuses." },
  TF_RT_QUEUE_REPLICAS: {
    status: 503,
    when: "A job is enqueued, and fewer replicas of Redis have it than were asked for.",
  },
  TF_RT_QUEUE_TASK: { status: 500, when: "A task is in no queue, or a worker has no handler for it." },
  TF_RT_JOB_TIMEOUT: { status: 500, when: "A job was not done in the time that its queue gives it." },
  TF_RT_DATABASE_AWAY: { status: 503, when: "The database cannot be reached; nothing was executed." },
  TF_RT_DATABASE_ROLLED_BACK: {
    status: 503,
    when: "The connection was lost within a transaction, before its commit: nothing of it was kept.",
  },
  TF_RT_DATABASE_READ_ONLY: {
    status: 503,
    when: "The server takes no writes: it is a replica, or was the primary; nothing was changed.",
  },
  TF_RT_DATABASE_INDETERMINATE: {
    status: 503,
    when: "The connection was lost during a commit or a statement of its own, or no replica has confirmed: whether it was kept is not known.",
  },
  TF_RT_MIGRATION: {
    status: 500,
    when: "A migration failed, was changed after it was applied, or sorts before one that was applied.",
  },
  TF_RT_CHANNEL_REFUSED: {
    status: 403,
    when: "A client may not join a room, is in too many, or may not say anything there.",
  },
};
