import { isFailure, type LoadRecord, latencyOf } from "../record.ts";
import { Histogram, type HistogramData } from "./histogram.ts";

const MOST_BUCKETS = 600;

/** What was meant to be sent in one stretch of time, and what came of it. */
export interface TimeBucket {
  /** Milliseconds since the run began. */
  readonly from: number;
  /** That were meant to be sent in it, and that ended. */
  readonly requests: number;
  /** Of those, how many failed. */
  readonly failures: number;
  /** That were answered as expected in it, whenever they were sent. */
  readonly answered: number;
  /** Milliseconds, within 1/64. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

interface Bucket {
  failures: number;
  answered: number;
  readonly latency: Histogram;
}

/** A timeline on its way between threads. */
export interface TimelineData {
  readonly width: number;
  readonly buckets: readonly {
    readonly failures: number;
    readonly answered: number;
    readonly latency: HistogramData;
  }[];
}

/**
 * Latencies and failures over time, by when each request was intended: a stall shows at the moment at which it began.
 * When there are more than 600 buckets, pairs of them are merged, so that any length takes the same memory.
 */
export class Timeline {
  #width: number;
  #buckets: Bucket[] = [];

  /** `width`: of a bucket at first, in milliseconds. */
  constructor(width = 1_000) {
    this.#width = width;
  }

  get width(): number {
    return this.#width;
  }

  add(record: LoadRecord): void {
    if (record.outcome === "cancelled") return;
    const bucket = this.#bucketAt(record.intendedAt);
    bucket.latency.record(latencyOf(record));
    if (isFailure(record)) bucket.failures += 1;
    else this.#bucketAt(record.endedAt).answered += 1;
  }

  get buckets(): readonly TimeBucket[] {
    return this.#buckets.map(({ failures, answered, latency }, at) => ({
      from: at * this.#width,
      requests: latency.count,
      failures,
      answered,
      p50: latency.percentile(50),
      p95: latency.percentile(95),
      p99: latency.percentile(99),
      max: latency.max,
    }));
  }

  /** Latencies of all that was meant to be sent from a moment on, to the bucket in which that lies. */
  latencySince(milliseconds: number): Histogram {
    const sum = new Histogram("coarse");
    for (const { latency } of this.#buckets.slice(Math.floor(milliseconds / this.#width))) sum.merge(latency.toData());
    return sum;
  }

  /** Adds another one. */
  merge({ width, buckets }: TimelineData): void {
    while (this.#width < width) this.#widen();
    for (const [at, { failures, answered, latency }] of buckets.entries()) {
      const bucket = this.#bucketAt(at * width);
      bucket.failures += failures;
      bucket.answered += answered;
      bucket.latency.merge(latency);
    }
  }

  toData(): TimelineData {
    return {
      width: this.#width,
      buckets: this.#buckets.map(({ failures, answered, latency }) => ({
        failures,
        answered,
        latency: latency.toData(),
      })),
    };
  }

  #bucketAt(milliseconds: number): Bucket {
    let index = Math.floor(milliseconds / this.#width);
    while (index >= MOST_BUCKETS) {
      this.#widen();
      index = Math.floor(milliseconds / this.#width);
    }
    while (this.#buckets.length <= index)
      this.#buckets.push({ failures: 0, answered: 0, latency: new Histogram("coarse") });
    const bucket = this.#buckets[index];
    if (bucket === undefined) throw new RangeError(`no bucket at ${milliseconds} ms`);
    return bucket;
  }

  #widen(): void {
    const merged: Bucket[] = [];
    for (let at = 0; at < this.#buckets.length; at += 2) {
      const [first, second] = this.#buckets.slice(at, at + 2);
      if (first === undefined) continue;
      if (second !== undefined) {
        first.failures += second.failures;
        first.answered += second.answered;
        first.latency.merge(second.latency.toData());
      }
      merged.push(first);
    }
    this.#buckets = merged;
    this.#width *= 2;
  }
}
