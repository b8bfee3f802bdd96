import type { Ending } from "./ending.ts";

/** A job that was given to the queue. */
export interface EnqueuedJob {
  readonly id: string;
  readonly ending: Ending;
}

export interface JobVerdict {
  readonly enqueued: number;
  /** Accepted by the queue, and never done. */
  readonly lost: readonly string[];
  /** Done more than once: at-least-once delivery permits it, and it is counted. */
  readonly doneTwice: readonly string[];
  /** Done, although its client was told that it failed, or nobody sent it. */
  readonly unexpected: readonly string[];
}

/** `done` holds the id of a job each time that a worker has finished it. */
export function checkJobs(enqueued: readonly EnqueuedJob[], done: readonly string[]): JobVerdict {
  const times = new Map<string, number>();
  for (const id of done) times.set(id, (times.get(id) ?? 0) + 1);
  const known = new Map(enqueued.map(({ id, ending }) => [id, ending]));
  return {
    enqueued: enqueued.filter(({ ending }) => ending === "ok").length,
    lost: enqueued.flatMap(({ id, ending }) => (ending === "ok" && !times.has(id) ? [id] : [])),
    doneTwice: [...times].flatMap(([id, count]) => (count > 1 ? [id] : [])),
    unexpected: [...times.keys()].filter((id) => (known.get(id) ?? "failed") === "failed"),
  };
}
