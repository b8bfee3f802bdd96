import { type LoadPlan, secondsOf } from "../run/plan.ts";
import type { RunResult } from "../run/result.ts";
import type { Histogram } from "../stats/histogram.ts";
import { judge } from "../thresholds/judge.ts";
import type { Threshold } from "../thresholds/threshold.ts";
import { reportGenerator } from "./generator.ts";
import type { LatencyReport, LoadReport } from "./report.ts";

const DISTRIBUTION: readonly number[] = [
  0, 5, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.99, 100,
];

function latencyReport(histogram: Histogram): LatencyReport {
  const at = (percent: number): number => round(histogram.percentile(percent));
  return {
    min: round(histogram.min),
    mean: round(histogram.mean),
    p50: at(50),
    p75: at(75),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    p999: at(99.9),
    max: round(histogram.max),
  };
}

/** To the microsecond: more digits are noise. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 1_000) / 1_000;
}

export interface ReportOptions {
  readonly plan: Omit<LoadPlan, "share">;
  readonly result: RunResult;
  readonly thresholds: readonly Threshold[];
  readonly url: string;
  readonly scenario: string | null;
  readonly mostConnections: number;
}

/** All that is told of a run. */
export function buildReport({ plan, result, thresholds, url, scenario, mostConnections }: ReportOptions): LoadReport {
  const { total, steps, timeline } = result.records;
  const elapsed = result.elapsed / 1_000;
  const planned = secondsOf(plan.arrivals);
  // A load lasts as long as it is planned, also when its last answer comes earlier.
  const lasted = result.isComplete ? Math.max(elapsed, planned) : elapsed;
  const isOpen = plan.arrivals.kind === "open";
  const verdicts = judge(thresholds, { total, steps, seconds: lasted });
  return {
    version: 1,
    url,
    scenario,
    mode: plan.arrivals.kind,
    startedAt: new Date(result.startedAt).toISOString(),
    seconds: round(elapsed),
    isComplete: result.isComplete,
    visits: result.visits,
    abandonedVisits: result.abandoned,
    requests: total.requests,
    failures: total.failures,
    errorRate: total.errorRate,
    cancelled: total.outcomes.cancelled,
    retried: total.retried,
    bytes: total.bytes,
    intended: isOpen ? total.intended : null,
    rate: {
      intended: isOpen ? round(total.intended / (result.isComplete ? planned : Math.min(planned, elapsed))) : null,
      answered: round(total.outcomes.ok / lasted),
    },
    outcomes: { ...total.outcomes },
    statuses: Object.fromEntries([...total.statuses].toSorted(([a], [b]) => a - b)),
    errors: [...total.errors].map(([error, count]) => ({ error, count })).toSorted((a, b) => b.count - a.count),
    latency: latencyReport(total.latency),
    serviceTime: latencyReport(total.service),
    distribution: DISTRIBUTION.map((percent) => ({ percent, milliseconds: round(total.latency.percentile(percent)) })),
    steps: [...steps].map(([name, tally]) => ({
      name,
      intended: isOpen ? tally.intended : null,
      requests: tally.requests,
      failures: tally.failures,
      latency: latencyReport(tally.latency),
    })),
    timeline: { seconds: timeline.width / 1_000, buckets: timeline.buckets },
    generator: reportGenerator(result, mostConnections),
    thresholds: verdicts.map(({ threshold, isKept, actual }) => ({ text: threshold.text, isKept, actual })),
    passed: verdicts.every(({ isKept }) => isKept) && result.isComplete && total.outcomes.ok > 0,
  };
}
