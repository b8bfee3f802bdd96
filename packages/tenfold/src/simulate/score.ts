/** How a policy did. */
export interface Score {
  readonly policy: string;
  /** Whether it knew the future. */
  readonly foresight: boolean;
  readonly instanceHours: number;
  /** Instance-hours over those of the clairvoyant optimum; infinite where it needs none. */
  readonly ratio: number;
  /** Share of the seconds in which more than the allowed share of requests was late, refused or failed, percent. */
  readonly violationPercent: number;
  readonly violationSeconds: number;
  /** Requests that were late, refused or failed in those seconds. */
  readonly violatedRequests: number;
  /** Of all requests, those that were refused, or failed with their instance. */
  readonly shedPercent: number;
  readonly actionsPerDay: number;
  /** Changes of direction within ten minutes. */
  readonly reversalsPerDay: number;
  readonly peakInstances: number;
}

/** A change of the wanted number, seconds from the start. */
export interface Change {
  readonly second: number;
  readonly by: number;
}

/** How a policy did where every request was followed: what a real run can be held against. */
export interface RequestScore extends Score {
  /** Percentiles of the response times, seconds; refused requests have none. */
  readonly p95: number;
  readonly p99: number;
  readonly changes: readonly Change[];
}

export function ratioOf(seconds: number, optimum: number): number {
  return seconds === optimum ? 1 : seconds / optimum;
}

const REVERSAL_SECONDS = 600;

/** Counts changes of the wanted number. */
export class ActionCounter {
  actions = 0;
  reversals = 0;
  readonly changes: Change[] = [];
  #last = { up: false, at: Number.NEGATIVE_INFINITY };

  change(by: number, now: number): void {
    if (by === 0) return;
    const up = by > 0;
    this.actions += 1;
    this.changes.push({ second: now, by });
    if (up !== this.#last.up && now - this.#last.at < REVERSAL_SECONDS) this.reversals += 1;
    this.#last = { up, at: now };
  }
}
