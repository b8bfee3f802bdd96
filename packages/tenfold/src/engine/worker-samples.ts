import type { QueueFigures } from "../fleet/figures.ts";
import { growth, type Observation } from "../fleet/observation.ts";
import type { WorkerCounts, WorkerSample } from "../scale/workers/policy.ts";
import { inHand } from "../spec/scaling/jobs-in-hand.ts";
import type { QueueSource } from "../spec/scaling/queue-source.ts";
import type { Members } from "./members.ts";

export interface WorkerSampling {
  readonly now: Observation;
  readonly before: Observation | null;
  readonly name: string;
  readonly source: QueueSource | null;
  /** Jobs that all workers together can have in hand: what is reserved beyond it waits. */
  readonly places: number;
}

/** Two looks at a queue, so many seconds apart. */
interface Pair {
  readonly queue: QueueFigures;
  readonly last: QueueFigures;
  readonly seconds: number;
}

/** How many more wait or are worked on than before. */
function changeOf({ queue, last }: Pair): number {
  return queue.queued + (queue.inFlight ?? 0) - last.queued - (last.inFlight ?? 0);
}

/**
 * Jobs that could be begun since the look before; `null` where they are not counted. Those for later count when they are
 * due. One that failed and has to wait leaves, and comes again.
 */
function arrivedOf({ queue, last }: Pair): number | null {
  if (queue.arrived === null || last.arrived === null) return null;
  const later = (queue.later?.jobs ?? 0) - (last.later?.jobs ?? 0);
  return growth(last.arrived, queue.arrived) - later;
}

/** What workers did, where it is counted, or follows from what is in hand (Little's law). */
function workOf(pair: Pair, busySeconds: number | null): WorkerSample["work"] {
  const [done, before] = [pair.queue.done, pair.last.done];
  const arrived = arrivedOf(pair);
  if (done === undefined || before === undefined)
    return arrived === null || busySeconds === null ? null : { busySeconds, jobs: arrived - changeOf(pair) };
  const jobs = done.jobs - before.jobs;
  const seconds = done.seconds === null || before.seconds === null ? busySeconds : done.seconds - before.seconds;
  // With a worker that is gone, what it did may be gone as well.
  return seconds === null || jobs < 0 || seconds < 0 ? null : { busySeconds: seconds, jobs };
}

/** What happened to a queue between two looks; `null` when it did not answer. */
export function workerSample({ now, before, name, source, places }: WorkerSampling): WorkerSample | null {
  const queue = now.queues.get(name);
  const last = before?.queues.get(name);
  if (queue === undefined || last === undefined || before === null || now.at <= before.at) return null;
  const pair = { queue, last, seconds: (now.at - before.at) / 1000 };
  const inFlight = inHand(source, queue.inFlight);
  const lastInFlight = inHand(source, last.inFlight);
  const busy = Math.min(places, ((lastInFlight ?? 0) + (inFlight ?? 0)) / 2);
  const arrived = arrivedOf(pair);
  return {
    at: now.at,
    ...(arrived === null
      ? { arrivals: changeOf(pair) / pair.seconds, busy }
      : { arrivals: Math.max(0, arrived) / pair.seconds }),
    queued: queue.queued,
    inFlight,
    oldest: queue.oldest,
    due: queue.later?.due ?? null,
    work: workOf(pair, inFlight === null || lastInFlight === null ? null : busy * pair.seconds),
  };
}

function statesOf(members: Members, name: string): readonly string[] {
  return members
    .ofKind("worker")
    .filter(({ group }) => group === `worker.${name}`)
    .flatMap((member) => members.keepers.get(member.name)?.state.state ?? []);
}

/** Workers of a queue that may have a job: those that are ready, and those that are leaving. */
export function workersAtWork(members: Members, name: string): number {
  return statesOf(members, name).filter((state) => state === "ready" || state === "draining").length;
}

export function workerCounts(
  members: Members,
  {
    name,
    wanted,
    sample,
    jobs,
  }: { readonly name: string; readonly wanted: number; readonly sample: WorkerSample | null; readonly jobs: number },
): WorkerCounts {
  const states = statesOf(members, name);
  const ready = states.filter((state) => state === "ready").length;
  return {
    wanted,
    ready,
    starting: states.filter((state) => state === "starting").length,
    busy: Math.min(ready, Math.ceil((sample?.inFlight ?? 0) / jobs)),
  };
}
