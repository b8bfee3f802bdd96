import type { BulkJobOptions, Job as BullJob, Queue } from "bullmq";
import type { NewJob } from "../job.ts";
import { type Envelope, seal } from "./envelope.ts";
import { lookAgainAfter } from "./lanes.ts";

/** Puts jobs of any kind into a queue, by BullMQ's own way: with its script for each. */
export async function addAny(
  queue: Queue<Envelope>,
  jobs: readonly { readonly job: NewJob; readonly id: string }[],
): Promise<readonly BullJob<Envelope>[]> {
  const bulk = jobs.map(({ job, id }) => ({ name: job.task, data: seal(job), opts: jobOptions(job, id) }));
  const [first, ...rest] = bulk;
  if (first === undefined) return [];
  // One alone needs no transaction.
  if (rest.length === 0) return [await queue.add(first.name, first.data, first.opts)];
  return await queue.addBulk(bulk);
}

function jobOptions({ delay, priority, attempts, lane, once }: NewJob, id: string): BulkJobOptions {
  return {
    jobId: id,
    attempts,
    backoff: { type: "ours" },
    ...(priority === 0 ? {} : { priority }),
    // One of a lane is put aside first, so that nobody takes it before it has its place.
    ...(delay > 0 ? { delay } : lane === null ? {} : { delay: lookAgainAfter(0) }),
    ...(once === null
      ? {}
      : {
          deduplication: {
            id: once.name,
            ...(Number.isFinite(once.milliseconds) ? { ttl: once.milliseconds } : {}),
          },
        }),
  };
}
