/**
 * What a drill measures; times in milliseconds, the others are counts. `requests` are visitors' idempotent ones through
 * the balancer, `writes` and `queries` go through the pooler to the primary, `commands` to the Redis master.
 */
export type Measure =
  | "failedRequests"
  | "requestOutage"
  | "failedQueries"
  | "unknownQueries"
  | "writeOutage"
  | "lostWrites"
  | "doubledWrites"
  | "unexpectedWrites"
  | "anomalies"
  | "wrongSums"
  | "breaches"
  | "failedCommands"
  | "unknownCommands"
  | "commandOutage"
  | "lostSessions"
  | "doubledSessions"
  | "lostJobs"
  | "jobsDoneTwice"
  | "timeToDetect"
  | "timeToWhole";

/** What each measure is, for people. */
export const MEASURES: Readonly<Record<Measure, { readonly text: string; readonly unit: "count" | "ms" }>> = {
  failedRequests: { text: "failed requests", unit: "count" },
  requestOutage: { text: "longest time without an answered request", unit: "ms" },
  failedQueries: { text: "failed queries", unit: "count" },
  unknownQueries: { text: "queries whose end nobody knows", unit: "count" },
  writeOutage: { text: "longest time without an acknowledged write", unit: "ms" },
  lostWrites: { text: "acknowledged writes lost", unit: "count" },
  doubledWrites: { text: "writes that happened twice", unit: "count" },
  unexpectedWrites: { text: "writes there that were said to have failed", unit: "count" },
  anomalies: { text: "anomalies of transactions", unit: "count" },
  wrongSums: { text: "wrong sums of the bank", unit: "count" },
  breaches: { text: "guarded reads from replicas that were behind", unit: "count" },
  failedCommands: { text: "failed Redis commands", unit: "count" },
  unknownCommands: { text: "Redis commands whose end nobody knows", unit: "count" },
  commandOutage: { text: "longest time without an acknowledged Redis command", unit: "ms" },
  lostSessions: { text: "sessions that lost something acknowledged", unit: "count" },
  doubledSessions: { text: "sessions in which a step happened twice", unit: "count" },
  lostJobs: { text: "accepted jobs lost", unit: "count" },
  jobsDoneTwice: { text: "jobs done twice", unit: "count" },
  timeToDetect: { text: "time to detect", unit: "ms" },
  timeToWhole: { text: "time to full redundancy", unit: "ms" },
};

/**
 * What must hold. `target` is what is aimed at on a machine that does nothing else (docs: figures); a drill that misses
 * it says so and has not failed.
 */
export interface Pledge {
  readonly measure: Measure;
  readonly atMost: number;
  readonly target?: number;
}

/** What was found, `null` where it was not measured or never came. */
export type Findings = Readonly<Record<Measure, number | null>>;

export interface Judged extends Pledge {
  readonly found: number | null;
  readonly kept: boolean;
}

/**
 * Judges pledges. What a fleet does not have (`isMeasured` says no) is left out; what was measured and never came is
 * broken.
 */
export function judge(
  pledges: readonly Pledge[],
  findings: Findings,
  isMeasured: (measure: Measure) => boolean,
): Judged[] {
  return pledges
    .filter(({ measure }) => isMeasured(measure))
    .map((pledge) => {
      const found = findings[pledge.measure];
      return { ...pledge, found, kept: found !== null && found <= pledge.atMost };
    });
}
