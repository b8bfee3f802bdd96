import { isFailure, type LoadRecord, latencyOf, OUTCOMES, type Outcome } from "../record.ts";
import { Histogram, type HistogramData } from "./histogram.ts";

const MOST_ERRORS = 50;
const OTHER_ERRORS = "other errors";

/** A tally on its way between threads. */
export interface TallyData {
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly statuses: readonly (readonly [number, number])[];
  readonly errors: readonly (readonly [string, number])[];
  readonly retried: number;
  readonly bytes: number;
  readonly unasked: number;
  readonly intended: number;
  readonly latency: HistogramData;
  readonly service: HistogramData;
}

/** What many records amount to: counts by outcome, status and error, and the latencies. Mergeable, of bounded size. */
export class Tally {
  readonly outcomes: Record<Outcome, number> = zeroes();
  readonly statuses: Map<number, number> = new Map();
  /** How often each sentence was told; of many different ones, the first 50. */
  readonly errors: Map<string, number> = new Map();
  /** Requests that were sent again. */
  retried = 0;
  bytes = 0;
  /** Messages of WebSockets that answered nothing, where answers are taken in their order. */
  unasked = 0;
  /** Requests that visits were meant to make, whether or not they came to it. */
  intended = 0;
  /** From the intended send, of all but the cancelled: a failure takes a visitor's time as well. */
  readonly latency: Histogram = new Histogram();
  /** From the actual send. */
  readonly service: Histogram = new Histogram();

  add(record: LoadRecord): void {
    this.outcomes[record.outcome] += 1;
    if (record.outcome === "cancelled") return;
    if (record.status !== null) increase(this.statuses, record.status, 1);
    if (record.error !== null) this.#error(record.error, 1);
    if (record.attempts > 1) this.retried += 1;
    this.bytes += record.bytes;
    this.latency.record(latencyOf(record));
    this.service.record(record.endedAt - record.sentAt);
  }

  /** Requests that ended, whatever came of them, without those that this program gave up. */
  get requests(): number {
    return OUTCOMES.reduce((total, outcome) => total + (outcome === "cancelled" ? 0 : this.outcomes[outcome]), 0);
  }

  get failures(): number {
    return OUTCOMES.reduce((total, outcome) => total + (isFailure({ outcome }) ? this.outcomes[outcome] : 0), 0);
  }

  /** The share of requests that failed, 0 to 1. */
  get errorRate(): number {
    return this.requests === 0 ? 0 : this.failures / this.requests;
  }

  /** The share of the intended requests that were answered as expected, 0 to 1; `null` when none was intended. */
  get answeredShare(): number | null {
    return this.intended === 0 ? null : this.outcomes.ok / this.intended;
  }

  merge(data: TallyData): void {
    for (const outcome of OUTCOMES) this.outcomes[outcome] += data.outcomes[outcome];
    for (const [status, count] of data.statuses) increase(this.statuses, status, count);
    for (const [error, count] of data.errors) this.#error(error, count);
    this.retried += data.retried;
    this.bytes += data.bytes;
    this.unasked += data.unasked;
    this.intended += data.intended;
    this.latency.merge(data.latency);
    this.service.merge(data.service);
  }

  toData(): TallyData {
    return {
      outcomes: { ...this.outcomes },
      statuses: [...this.statuses],
      errors: [...this.errors],
      retried: this.retried,
      bytes: this.bytes,
      unasked: this.unasked,
      intended: this.intended,
      latency: this.latency.toData(),
      service: this.service.toData(),
    };
  }

  #error(error: string, count: number): void {
    const isKnown = this.errors.has(error) || this.errors.size < MOST_ERRORS;
    increase(this.errors, isKnown ? error : OTHER_ERRORS, count);
  }
}

function increase<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function zeroes(): Record<Outcome, number> {
  return { ok: 0, status: 0, check: 0, connect: 0, reset: 0, timeout: 0, protocol: 0, cancelled: 0 };
}
