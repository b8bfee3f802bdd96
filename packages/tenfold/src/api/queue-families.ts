import type { QueueFigures } from "../fleet/figures.ts";
import type { Observation } from "../fleet/observation.ts";
import type { Standing } from "../fleet/standing.ts";
import { type Family, gauge, type Labels } from "./families.ts";

/** Queues that are looked at, by the worker and by what the queue itself is called. */
export function queueFamilies(
  { queues, unread }: Pick<Observation, "queues" | "unread">,
  { queueNames }: Pick<Standing, "queueNames">,
): Family[] {
  const labels = (worker: string): Labels => ({ queue: queueNames.get(worker) ?? worker, worker });
  const each = (value: (figures: QueueFigures) => number | null | undefined): Family["samples"] =>
    [...queues].map(([worker, figures]) => [labels(worker), value(figures)]);
  const readable = [
    ...[...queues.keys()].map((name) => [name, 1] as const),
    ...[...unread.keys()].map((name) => [name, 0] as const),
  ];
  return [
    gauge(
      "tenfold_queue_readable",
      "1 while the figures of the queue can be read.",
      readable.map(([worker, value]) => [labels(worker), value]),
    ),
    gauge(
      "tenfold_queue_depth",
      "Jobs that wait.",
      each(({ queued }) => queued),
    ),
    gauge(
      "tenfold_queue_in_flight",
      "Jobs that are worked on.",
      each(({ inFlight }) => inFlight),
    ),
    gauge(
      "tenfold_queue_later",
      "Jobs that are not due yet.",
      each(({ later }) => later?.jobs),
    ),
    gauge(
      "tenfold_queue_paused",
      "Jobs that wait in a queue that somebody has paused. They do not count as its depth.",
      each(({ paused }) => paused),
    ),
    gauge(
      "tenfold_queue_oldest_seconds",
      "How long the oldest has waited.",
      each(({ oldest }) => (oldest === null ? null : oldest / 1000)),
    ),
    {
      name: "tenfold_queue_jobs_total",
      type: "counter",
      help: "Jobs that were put in.",
      samples: each(({ arrived }) => arrived),
    },
  ];
}
