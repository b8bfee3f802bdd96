import type { RequestScore, Score } from "../../simulate/score.ts";
import { type Column, formatTable } from "./table.ts";

function columns(workers: boolean, hasTimes: boolean): readonly Column[] {
  const number = (heading: string): Column => ({ heading, align: "right" });
  return [
    { heading: "POLICY", align: "left" },
    number("HOURS"),
    number("÷ OPTIMUM"),
    number(workers ? "LATE JOBS" : "VIOLATED"),
    number("SECONDS"),
    number(workers ? "JOBS" : "REQUESTS"),
    number("REFUSED"),
    ...(hasTimes ? [number("P95")] : []),
    number("ACTIONS/DAY"),
    number("REVERSALS/DAY"),
    number("PEAK"),
  ];
}

function percent(value: number): string {
  return `${value === 0 ? "0" : value < 0.001 ? "<0.001" : value.toFixed(3)}%`;
}

/** A row a policy; with response times where requests were followed. */
export function formatScores(scores: readonly (Score | RequestScore)[], workers: boolean): string {
  const hasTimes = scores.some((score) => "p95" in score);
  return formatTable(
    columns(workers, hasTimes),
    scores.map((score) => [
      score.policy,
      score.instanceHours.toFixed(score.instanceHours < 10 ? 2 : 1),
      Number.isFinite(score.ratio) ? score.ratio.toFixed(3) : "–",
      percent(score.violationPercent),
      `${score.violationSeconds}`,
      `${Math.round(score.violatedRequests)}`,
      percent(score.shedPercent),
      ...(hasTimes ? ["p95" in score ? `${Math.round(score.p95 * 1000)} ms` : ""] : []),
      score.actionsPerDay.toFixed(1),
      score.reversalsPerDay.toFixed(1),
      `${score.peakInstances}`,
    ]),
  );
}
