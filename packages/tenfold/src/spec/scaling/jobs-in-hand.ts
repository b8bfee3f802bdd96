import type { QueueSource } from "./queue-source.ts";

/**
 * Jobs of a queue that are worked on, `null` when nobody knows. Celery tells those that its workers have reserved, and
 * they give a reserved one back when they begin with it, unless `acks_late` is set: none of them says nothing.
 */
export function inHand(source: QueueSource | null, told: number | null): number | null {
  return told === 0 && source?.kind === "library" && source.library === "celery" ? null : told;
}

/** Whether workers of this queue finish their job when they are asked to end, without a line of the application's. */
export function finishesJobs(source: QueueSource | null): boolean {
  return source?.kind === "library" && (source.library === "celery" || source.library === "rq");
}

/** Whether it is certain that nobody will know how many jobs are in hand; what a command prints is seen when it runs. */
export function hidesJobsInHand(source: QueueSource | null): boolean {
  if (source?.kind === "library") return source.library === "list";
  return source?.kind === "prometheus" && source.inFlight === null;
}
