import type { LoadRecord } from "../record.ts";
import { Histogram } from "../stats/histogram.ts";
import { Tally, type TallyData } from "../stats/tally.ts";
import { Timeline, type TimelineData } from "../stats/timeline.ts";
import type { GeneratorHealth } from "./health.ts";

/** How a share of a run went, beside its records. */
export interface RunEnd {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Milliseconds from the start to the end of the last request. */
  readonly elapsed: number;
  readonly visits: number;
  /** Visits that ended at a step that failed. */
  readonly abandoned: number;
  /** Whether every visit was begun. */
  readonly isComplete: boolean;
  readonly connections: { readonly opened: number; readonly waited: number };
  readonly health: GeneratorHealth;
}

/** A result on its way between threads. */
export interface RunData extends RunEnd {
  readonly total: TallyData;
  readonly steps: readonly (readonly [string, TallyData])[];
  readonly timeline: TimelineData;
}

/** What records amount to: all of them, by step, and over time. */
export class RunRecords {
  readonly total: Tally = new Tally();
  readonly steps: Map<string, Tally> = new Map();
  readonly timeline: Timeline;

  /** `width`: of a stretch of the timeline at first, in milliseconds. */
  constructor(width: number) {
    this.timeline = new Timeline(width);
  }

  add(record: LoadRecord): void {
    this.total.add(record);
    this.timeline.add(record);
    if (record.step !== null) this.#step(record.step).add(record);
  }

  /** So many requests that a visit is meant to make. */
  intend(step: string, count: number): void {
    this.total.intended += count;
    this.#step(step).intended += count;
  }

  /** A message that answered nothing, of those that a step's name stands for. */
  unasked(step: string): void {
    this.#step(step).unasked += 1;
  }

  merge({ total, steps, timeline }: Pick<RunData, "total" | "steps" | "timeline">): void {
    this.total.merge(total);
    this.timeline.merge(timeline);
    for (const [name, data] of steps) this.#step(name).merge(data);
  }

  toData(end: RunEnd): RunData {
    return {
      ...end,
      total: this.total.toData(),
      steps: [...this.steps].map(([name, tally]) => [name, tally.toData()] as const),
      timeline: this.timeline.toData(),
    };
  }

  #step(name: string): Tally {
    let tally = this.steps.get(name);
    if (tally === undefined) {
      tally = new Tally();
      this.steps.set(name, tally);
    }
    return tally;
  }
}

/** A whole run. */
export interface RunResult extends RunEnd {
  readonly records: RunRecords;
  readonly threads: number;
}

/** Joins the shares of a run. */
export function joinShares(shares: readonly RunData[]): RunResult {
  const records = new RunRecords(Math.min(...shares.map(({ timeline }) => timeline.width)));
  const lateness = new Histogram();
  const sum = (of: (data: RunData) => number): number => shares.reduce((total, data) => total + of(data), 0);
  const most = (of: (data: RunData) => number): number => shares.reduce((top, data) => Math.max(top, of(data)), 0);
  for (const share of shares) {
    records.merge(share);
    lateness.merge(share.health.lateness);
  }
  return {
    records,
    threads: shares.length,
    startedAt: Math.min(...shares.map(({ startedAt }) => startedAt)),
    elapsed: most(({ elapsed }) => elapsed),
    visits: sum(({ visits }) => visits),
    abandoned: sum(({ abandoned }) => abandoned),
    isComplete: shares.every(({ isComplete }) => isComplete),
    connections: {
      opened: sum(({ connections }) => connections.opened),
      waited: sum(({ connections }) => connections.waited),
    },
    health: {
      lateness: lateness.toData(),
      loopDelayP99: most(({ health }) => health.loopDelayP99),
      loopDelayMax: most(({ health }) => health.loopDelayMax),
      cpu: most(({ health }) => health.cpu),
      held: sum(({ health }) => health.held),
    },
  };
}
