import { hidesJobsInHand } from "../scaling/jobs-in-hand.ts";
import type { Workers } from "./workers.ts";

/** Workers that may have none by the file and keep one, since nobody would know whether it has a job: for each, what to write. */
export function neverNone(workers: Workers): readonly string[] {
  return Object.entries(workers).flatMap(
    ([
      name,
      {
        instances: { min, max },
        scale: { source },
      },
    ]) => {
      if (min > 0 || max === 0 || !hidesJobsInHand(source)) return [];
      const own = source?.kind === "prometheus" ? `workers.${name}.scale.prometheus.inFlight` : "";
      const instead = `a command that prints {"queued": 0, "inFlight": 0} in workers.${name}.scale`;
      return [
        `The number of worker.${name} does not fall below 1 by itself: whether a job is in hand is not known; ${own === "" ? instead : own} tells it.`,
      ];
    },
  );
}
