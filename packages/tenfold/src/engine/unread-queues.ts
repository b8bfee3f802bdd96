import type { Observation } from "../fleet/observation.ts";

/** A queue that nobody can read, so that the number of its workers stays. */
export interface UnreadQueue {
  readonly worker: string;
  readonly why: string;
}

/** Queues that could not be read at the last two looks. Once says little: whoever keeps them may be starting, or changing hands. */
export function unreadQueues(looks: readonly Observation[]): UnreadQueue[] {
  const [before, last] = looks.slice(-2);
  return [...(last?.unread ?? [])].flatMap(([worker, why]) => (before?.unread.has(worker) ? [{ worker, why }] : []));
}
