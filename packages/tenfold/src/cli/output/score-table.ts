import type { Score } from "../../simulate/score.ts";
import { type Column, formatTable } from "./table.ts";

function columns(workers: boolean): readonly Column[] {
  const number = (heading: string): Column => ({ heading, align: "right" });
  return [
    { heading: "POLICY", align: "left" },
    number("HOURS"),
    number("÷ OPTIMUM"),
    number(workers ? "LATE JOBS" : "VIOLATED"),
    number("SECONDS"),
    number(workers ? "JOBS" : "REQUESTS"),
    number("REFUSED"),
    number("ACTIONS/DAY"),
    number("REVERSALS/DAY"),
    number("PEAK"),
  ];
}

function percent(value: number): string {
  return `${value === 0 ? "0" : value < 0.001 ? "<0.001" : value.toFixed(3)}%`;
}

/** A row a policy. */
export function formatScores(scores: readonly Score[], workers: boolean): string {
  return formatTable(
    columns(workers),
    scores.map((score) => [
      score.policy,
      score.instanceHours.toFixed(1),
      score.ratio.toFixed(3),
      percent(score.violationPercent),
      `${score.violationSeconds}`,
      `${Math.round(score.violatedRequests)}`,
      percent(score.shedPercent),
      score.actionsPerDay.toFixed(1),
      score.reversalsPerDay.toFixed(1),
      `${score.peakInstances}`,
    ]),
  );
}
