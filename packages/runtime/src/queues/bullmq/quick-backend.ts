import type { BackendFactory, Job as BullJob, RedisQueueBackend, WorkerOptions } from "bullmq";
import type { Redis } from "ioredis";
import { Turns } from "./turns.ts";

/**
 * What a worker of BullMQ keeps its queue by: BullMQ's own, but for jobs that are done. Those end together with others of the
 * same turn. What that cannot do is left to BullMQ's own way.
 */
export function quickBackend(
  { createRedisBackend, Job }: typeof import("bullmq"),
  client: Redis,
): BackendFactory<RedisQueueBackend> {
  return (name, options, kind) => {
    const backend = createRedisBackend(name, options, kind);
    const { lockDuration: lock = 30_000, concurrency = 1 } = options as Partial<WorkerOptions>;
    const turns = new Turns(client, {
      queue: backend.qualifiedName,
      lock,
      concurrency,
      parseOptions: (text) => Job.optsFromJSON(text),
    });
    const usual = backend.moveToCompleted.bind(backend);
    backend.moveToCompleted = async (job, value, keep, token, fetch) => {
      const finishedOn = Date.now();
      const { deduplicationId: once } = job as unknown as BullJob;
      const ended = await turns.end({ id: job.id as string, token, once, fetch });
      if (ended === "undone") return await usual(job, value, keep, token, fetch);
      return { result: ended === "look" ? undefined : ended, finishedOn };
    };
    return backend;
  };
}
