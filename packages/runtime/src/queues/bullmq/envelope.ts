import type { Lane, NewJob } from "../job.ts";

/** What is kept of a job as its data in BullMQ: nothing that is not needed, since it is parsed for every job. */
export interface Envelope {
  /** Data. */
  readonly d?: unknown;
  /** Token. */
  readonly t?: string;
  /** Lane: key, limit, whether ordered. */
  readonly l?: readonly [key: string, limit: number, ordered: 0 | 1];
}

export function seal({ data, token, lane }: NewJob): Envelope {
  return {
    d: data ?? null,
    ...(token === null ? {} : { t: token }),
    ...(lane === null ? {} : { l: [lane.key, lane.limit, lane.ordered ? 1 : 0] }),
  };
}

export function laneOf({ l }: Envelope): Lane | null {
  return l === undefined ? null : { key: l[0], limit: l[1], ordered: l[2] === 1 };
}
