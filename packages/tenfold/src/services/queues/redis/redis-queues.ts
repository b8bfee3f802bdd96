import type { QueueFigures } from "../../../fleet/figures.ts";
import type { QueueLibrary } from "../../../spec/scaling/queue-source.ts";
import { bullmq } from "./bullmq.ts";
import { celery } from "./celery.ts";
import { number, type Send } from "./reply.ts";
import { rq } from "./rq.ts";
import { sidekiq } from "./sidekiq.ts";
import { stream } from "./stream.ts";

async function list(send: Send, name: string): Promise<QueueFigures> {
  return { queued: number(await send("LLEN", name)), inFlight: null, oldest: null, arrived: null };
}

/** How many jobs wait in a queue, and for how long. Rejects when Redis does not answer. */
export function readRedisQueue(library: QueueLibrary, send: Send, name: string, now: number): Promise<QueueFigures> {
  switch (library) {
    case "tenfold":
      // @tenfold/runtime keeps its queues by BullMQ, under a prefix of its own.
      return bullmq(send, name, now, "queues");
    case "bullmq":
      return bullmq(send, name, now);
    case "celery":
      return celery(send, name);
    case "rq":
      return rq(send, name, now);
    case "sidekiq":
      return sidekiq(send, name, now);
    case "list":
      return list(send, name);
    case "stream":
      return stream(send, name, now);
    default:
      return library satisfies never;
  }
}
