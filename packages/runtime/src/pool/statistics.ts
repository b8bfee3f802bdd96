import { createHistogram, type RecordableHistogram } from "node:perf_hooks";

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

export class Counts {
  readonly #counts: Record<Outcome, number> = { completed: 0, failed: 0, refused: 0, late: 0, aborted: 0 };

  add(outcome: Outcome, count = 1): void {
    this.#counts[outcome] += count;
  }

  all(): Readonly<Record<Outcome, number>> {
    return { ...this.#counts };
  }
}
