import { quantile } from "../../units/quantile.ts";

/** Milliseconds. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Something that took a time, at a time. */
export interface Timed {
  readonly at: number;
  readonly took: number;
}

/** `before` the fault; `during` it, until all was as it had been; `after` that. */
export interface Phases<T> {
  readonly before: T;
  readonly during: T;
  readonly after: T;
}

export function summarise(values: readonly number[]): Latency {
  const sorted = values.toSorted((a, b) => a - b);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(sorted, share)) as [number, number, number];
  return { count: sorted.length, p50, p95, p99, max: sorted.at(-1) ?? 0 };
}

/** Latencies by the phase in which each was meant to be sent. */
export function latencyByPhase(timed: readonly Timed[], faultAt: number, wholeAt: number): Phases<Latency> {
  const during = (at: number): boolean => at >= faultAt && at < wholeAt;
  const pick = (isIn: (at: number) => boolean): Latency =>
    summarise(timed.flatMap(({ at, took }) => (isIn(at) ? [took] : [])));
  return { before: pick((at) => at < faultAt), during: pick(during), after: pick((at) => at >= wholeAt) };
}
