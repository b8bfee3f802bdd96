import assert from "node:assert/strict";
import { eventually } from "../../testing/eventually.ts";
import type { AttemptEnd, Consumer, QueueBackend } from "../backend.ts";
import type { Job, Lane, NewJob } from "../job.ts";

/** Queues to try, empty. */
export interface QueueFixture extends AsyncDisposable {
  readonly backend: QueueBackend;
  /** The same queues, as another process has them. */
  another(): QueueBackend;
}

export const QUEUE: string = "reports";
export const NEVER: AbortSignal = new AbortController().signal;
const BACKOFF = { first: 20, most: 40 };

export function job(data: unknown, options: Partial<NewJob> = {}): NewJob {
  const usual = {
    queue: QUEUE,
    task: "report",
    once: null,
    delay: 0,
    priority: 0,
    attempts: 3,
    lane: null,
    token: null,
  };
  return { ...usual, data, ...options };
}

export interface Worked extends AsyncDisposable {
  readonly consumer: Consumer;
  /** Data of jobs, in the order in which they were begun. */
  readonly begun: unknown[];
  readonly ends: [data: unknown, end: AttemptEnd][];
  /** The most that ran at the same time. */
  readonly most: () => number;
}

export type Handle = (job: Job) => Promise<unknown>;

export function work(backend: QueueBackend, handle: Handle = async () => {}, concurrency = 1): Worked {
  const begun: unknown[] = [];
  const ends: [unknown, AttemptEnd][] = [];
  let running = 0;
  let most = 0;
  const consumer = backend.consume(
    { queue: QUEUE, concurrency, backoff: BACKOFF },
    async (one) => {
      begun.push(one.data);
      running++;
      most = Math.max(most, running);
      try {
        return await handle(one);
      } finally {
        running--;
      }
    },
    { onEnd: (one, end) => ends.push([one.data, end]), onTrouble: () => {} },
  );
  return { consumer, begun, ends, most: () => most, [Symbol.asyncDispose]: () => consumer.stop(AbortSignal.abort()) };
}

export const lane = (key: string, limit = 1, ordered = true): Lane => ({ key, limit, ordered });

export async function untilEnds({ ends }: Worked, count: number): Promise<void> {
  await eventually(`${count} attempts ended`, () => ends.length >= count);
}

export async function only(backend: QueueBackend, one: NewJob): Promise<string> {
  const [enqueued] = await backend.enqueue([one]);
  assert.ok(enqueued);
  return enqueued.id;
}
