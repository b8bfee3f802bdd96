import { monitorEventLoopDelay } from "node:perf_hooks";
import { Histogram, type HistogramData } from "../stats/histogram.ts";

/** How the generator itself did. Milliseconds. */
export interface GeneratorHealth {
  /** How much later than intended requests were sent. */
  readonly lateness: HistogramData;
  /** 99th percentile and maximum of how long the event loop was busy with something else. */
  readonly loopDelayP99: number;
  readonly loopDelayMax: number;
  /** The share of one core that this thread or process used, 0 to 1. */
  readonly cpu: number;
  /** Arrivals that had to wait, because the most that may be in flight were. */
  readonly held: number;
}

const RESOLUTION = 10;

/** Watches the generator while it runs. */
export class HealthWatch {
  readonly #lateness = new Histogram();
  readonly #delay: ReturnType<typeof monitorEventLoopDelay> = monitorEventLoopDelay({ resolution: RESOLUTION });
  readonly #cpu: NodeJS.CpuUsage = process.threadCpuUsage();
  readonly #began: number = performance.now();
  held = 0;

  constructor() {
    this.#delay.enable();
  }

  sent(lateness: number): void {
    this.#lateness.record(lateness);
  }

  /** Ends the watch. */
  finish(): GeneratorHealth {
    this.#delay.disable();
    const { user, system } = process.threadCpuUsage(this.#cpu);
    // The histogram holds the whole interval between two looks.
    const delay = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION);
    return {
      lateness: this.#lateness.toData(),
      loopDelayP99: delay(this.#delay.percentile(99)),
      loopDelayMax: delay(this.#delay.max),
      cpu: Math.min(1, (user + system) / 1_000 / Math.max(1, performance.now() - this.#began)),
      held: this.held,
    };
  }
}
