import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { type Counter, type Histogram, type Meters, observe } from "../context/index.ts";

/** The `thread_pool_stats` of the health answer. Counts are since the start, times those of the last one to two minutes. */
export interface PoolStatistics {
  readonly threads: number;
  readonly busy: number;
  readonly waiting: number;
  /** How many may wait. */
  readonly queue: number;
  readonly completed: number;
  /** Threw in the thread. */
  readonly failed: number;
  /** Found the queue full. */
  readonly refused: number;
  readonly late: number;
  readonly aborted: number;
  /** Threads that were replaced: ended by a deadline or an abort, or dead of themselves. */
  readonly replaced: number;
  readonly wait: Times;
  readonly run: Times;
}

/** Milliseconds. */
export interface Times {
  readonly p50: number;
  readonly p99: number;
}

const WINDOW = 60_000;

/** Times of the last one to two minutes, so that an hour of calm does not hide what happens now. */
export class RecentTimes {
  #before: RecordableHistogram = createHistogram();
  #now: RecordableHistogram = createHistogram();
  #turned = performance.now();

  record(milliseconds: number): void {
    this.#turn();
    this.#now.record(Math.max(1, Math.round(milliseconds * 1_000)));
  }

  summary(): Times {
    this.#turn();
    const both = createHistogram();
    both.add(this.#before);
    both.add(this.#now);
    const at = (percentile: number) => (both.count === 0 ? 0 : both.percentile(percentile) / 1_000);
    return { p50: at(50), p99: at(99) };
  }

  #turn(): void {
    const elapsed = performance.now() - this.#turned;
    if (elapsed < WINDOW) return;
    this.#before = elapsed < 2 * WINDOW ? this.#now : createHistogram();
    this.#now = createHistogram();
    this.#turned = performance.now();
  }
}

export type Outcome = "completed" | "failed" | "refused" | "late" | "aborted";

const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What the pool keeps count of. */
export class PoolMeters {
  readonly wait: RecentTimes = new RecentTimes();
  readonly run: RecentTimes = new RecentTimes();
  readonly replaced: Counter;
  readonly #counts: Readonly<Record<Outcome, Counter>>;
  readonly #waited: Histogram;
  readonly #ran: Histogram;

  constructor(meters: Meters) {
    const count = (outcome: Outcome) =>
      meters.counter("tenfold_pool_tasks_total", "Tasks of the thread pool, by how they ended.", { outcome });
    this.#counts = {
      completed: count("completed"),
      failed: count("failed"),
      refused: count("refused"),
      late: count("late"),
      aborted: count("aborted"),
    };
    this.replaced = meters.counter("tenfold_pool_threads_replaced_total", "Threads that were ended or died.");
    this.#waited = meters.histogram("tenfold_pool_wait_seconds", "How long tasks waited for a thread.", BOUNDS);
    this.#ran = meters.histogram("tenfold_pool_run_seconds", "How long threads were busy with a message.", BOUNDS);
  }

  add(outcome: Outcome, tasks = 1): void {
    this.#counts[outcome].value += tasks;
  }

  /** Milliseconds. */
  waited(milliseconds: number): void {
    this.wait.record(milliseconds);
    observe(this.#waited, milliseconds / 1_000);
  }

  /** Milliseconds. */
  ran(milliseconds: number): void {
    this.run.record(milliseconds);
    observe(this.#ran, milliseconds / 1_000);
  }

  get counts(): Readonly<Record<Outcome, number>> {
    const { completed, failed, refused, late, aborted } = this.#counts;
    return {
      completed: completed.value,
      failed: failed.value,
      refused: refused.value,
      late: late.value,
      aborted: aborted.value,
    };
  }
}
