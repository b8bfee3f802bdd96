import { type LoadPlan, secondsOf } from "../run/plan.ts";
import type { RunRecords, RunResult } from "../run/result.ts";
import { messageNameOf, namesIn } from "../scenario/intended.ts";
import type { ReplyRule } from "../scenario/scenario.ts";
import type { Histogram } from "../stats/histogram.ts";
import type { Tally } from "../stats/tally.ts";
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

/** How the answers to messages are known, by the name of their records. */
function replyRules({ journeys }: ReportOptions["plan"]): ReadonlyMap<string, ReplyRule> {
  const sockets = journeys.flatMap(({ steps }) => steps.filter((step) => step.kind === "websocket"));
  return new Map(sockets.map((step) => [messageNameOf(step), step.replies]));
}

function notesOf(rules: ReadonlyMap<string, ReplyRule>, { steps }: RunRecords): string[] {
  return [...rules].flatMap(([name, rule]) => {
    const { intended = 0, unasked = 0 } = steps.get(name) ?? {};
    if (intended === 0) return [];
    if (rule === "matching") return [`what answers ${name} is known by what was sent, which it holds`];
    const doubt = `${unasked} messages came while none waited for an answer, so that these latencies may be of other people's messages: send a \${uuid}, and let the server repeat it`;
    return [`what answers ${name} is known by its order only${unasked === 0 ? "" : `; ${doubt}`}`];
  });
}

/** By their place in the scenario. */
function inOrder(steps: RunRecords["steps"], { journeys }: ReportOptions["plan"]): [string, Tally][] {
  const names = namesIn(journeys);
  return [...steps].toSorted(([a], [b]) => names.indexOf(a) - names.indexOf(b));
}

/** All that is told of a run. */
export function buildReport({ plan, result, thresholds, url, scenario, mostConnections }: ReportOptions): LoadReport {
  const { total, steps, timeline } = result.records;
  const elapsed = result.elapsed / 1_000;
  const planned = secondsOf(plan.arrivals);
  // A load lasts as long as it is planned, also when its last answer comes earlier.
  const lasted = result.isComplete ? Math.max(elapsed, planned) : elapsed;
  const rules = replyRules(plan);
  const isOpen = plan.arrivals.kind === "open";
  const verdicts = judge(thresholds, { total, steps, seconds: lasted });
  return {
    version: 1,
    url,
    scenario,
    mode: plan.arrivals.kind,
    startedAt: new Date(result.startedAt).toISOString(),
    seconds: round(elapsed),
    plannedSeconds: round(planned),
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
    steps: inOrder(steps, plan).map(([name, tally]) => ({
      name,
      intended: isOpen ? tally.intended : null,
      requests: tally.requests,
      failures: tally.failures,
      latency: latencyReport(tally.latency),
      replies: rules.get(name) ?? null,
    })),
    timeline: { seconds: timeline.width / 1_000, buckets: timeline.buckets },
    generator: reportGenerator(result, mostConnections),
    notes: notesOf(rules, result.records),
    thresholds: verdicts.map(({ threshold, isKept, actual }) => ({ text: threshold.text, isKept, actual })),
    passed: verdicts.every(({ isKept }) => isKept) && result.isComplete && total.outcomes.ok > 0,
  };
}
