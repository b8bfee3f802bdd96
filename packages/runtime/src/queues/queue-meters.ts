import { type Counter, type Histogram, type Meters, observe } from "../context/index.ts";
import type { AttemptEnd } from "./backend.ts";
import type { QueueMeasure } from "./job.ts";

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800];

/** The figures of a queue as this process knows them. */
export class QueueMeters {
  readonly recreated: Counter;
  readonly #ends: Readonly<Record<AttemptEnd, Counter>>;
  readonly #run: Histogram;
  #last: QueueMeasure | undefined;

  constructor(meters: Meters, queue: string) {
    const labels = { queue };
    const ended = (end: AttemptEnd) =>
      meters.counter("tenfold_queue_attempts_total", "Attempts at jobs, by how they ended.", { queue, end });
    this.#ends = { completed: ended("completed"), failed: ended("failed"), dead: ended("dead") };
    this.#run = meters.histogram("tenfold_queue_run_seconds", "How long attempts took.", BOUNDS, labels);
    const help = "Workers that had stopped taking jobs and were made anew.";
    this.recreated = meters.counter("tenfold_queue_workers_recreated_total", help, labels);
    const gauge = (name: string, text: string, read: (measure: QueueMeasure) => number) =>
      meters.gauge(name, text, () => (this.#last === undefined ? Number.NaN : read(this.#last)), labels);
    gauge("tenfold_queue_waiting", "Jobs that could run now.", ({ waiting }) => waiting);
    gauge("tenfold_queue_delayed", "Jobs that wait for their time or their turn.", ({ delayed }) => delayed);
    gauge("tenfold_queue_running", "Jobs that run, anywhere.", ({ running }) => running);
    gauge("tenfold_queue_dead", "Dead letters.", ({ dead }) => dead);
    const age = "For how long the oldest job that could run has been waiting.";
    gauge("tenfold_queue_oldest_age_seconds", age, ({ oldestAge }) => oldestAge / 1_000);
  }

  ended(end: AttemptEnd): void {
    this.#ends[end].value += 1;
  }

  ran(milliseconds: number): void {
    observe(this.#run, milliseconds / 1_000);
  }

  /** What was measured last; nothing, when it could not be. */
  set last(measure: QueueMeasure | undefined) {
    this.#last = measure;
  }
}
