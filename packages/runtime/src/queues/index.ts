export type { AttemptEnd, ConsumeOptions, Consumer, ConsumerEvents, QueueBackend } from "./backend.ts";
export type { Backoff } from "./backoff.ts";
export type { EnqueueOptions, Order } from "./enqueue.ts";
export {
  type Enqueued,
  type Job,
  type JobState,
  type JobView,
  type Lane,
  type NewJob,
  Permanent,
  type QueueMeasure,
} from "./job.ts";
export type { QueueOptions, QueuesOptions } from "./options.ts";
export { Outbox, type Queryable } from "./outbox/outbox.ts";
export { type ClientPool, Relay, type RelayOptions } from "./outbox/relay.ts";
export { type Handlers, Queues, type WorkOptions } from "./queues.ts";
export type { Register, RegisteredJobs } from "./register.ts";

import type { Context } from "../context/index.ts";
import type { QueuesOptions } from "./options.ts";
import { Queues } from "./queues.ts";
import type { RegisteredJobs } from "./register.ts";

/**
 * Opens the queues of a process; it connects when it is first used. Faults: `TF_RT_OPTION`, `TF_RT_NOT_CONFIGURED` (no
 * durable Redis).
 */
export function openQueues<Jobs = RegisteredJobs>(context: Context, options: QueuesOptions = {}): Queues<Jobs> {
  return new Queues<Jobs>(context, options);
}
