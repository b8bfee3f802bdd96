import { isFailure, type LoadRecord, latencyOf } from "../record.ts";
import { Histogram, type HistogramData } from "../stats/histogram.ts";

/** How a run is going. Counts are since its start, `recent` is since the last look. */
export interface Snapshot {
  /** Milliseconds since the start. */
  readonly at: number;
  readonly requests: number;
  readonly failures: number;
  readonly inFlight: number;
  readonly recent: HistogramData;
  readonly recentFailures: number;
}

/** Keeps what a progress display wants to know. */
export class LiveCounts {
  #requests = 0;
  #failures = 0;
  #recentFailures = 0;
  #recent = new Histogram("coarse");

  add(record: LoadRecord): void {
    if (record.outcome === "cancelled") return;
    this.#requests += 1;
    this.#recent.record(latencyOf(record));
    if (!isFailure(record)) return;
    this.#failures += 1;
    this.#recentFailures += 1;
  }

  take(at: number, inFlight: number): Snapshot {
    const snapshot = {
      at,
      requests: this.#requests,
      failures: this.#failures,
      inFlight,
      recent: this.#recent.toData(),
      recentFailures: this.#recentFailures,
    };
    this.#recent = new Histogram("coarse");
    this.#recentFailures = 0;
    return snapshot;
  }
}

/** What several threads saw at about the same time. */
export function joinSnapshots(snapshots: readonly Snapshot[]): Snapshot {
  const recent = new Histogram("coarse");
  for (const snapshot of snapshots) recent.merge(snapshot.recent);
  const sum = (of: (snapshot: Snapshot) => number): number => snapshots.reduce((total, one) => total + of(one), 0);
  return {
    at: Math.max(0, ...snapshots.map(({ at }) => at)),
    requests: sum(({ requests }) => requests),
    failures: sum(({ failures }) => failures),
    inFlight: sum(({ inFlight }) => inFlight),
    recent: recent.toData(),
    recentFailures: sum(({ recentFailures }) => recentFailures),
  };
}
