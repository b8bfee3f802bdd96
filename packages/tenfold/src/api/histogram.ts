import type { AnswerCounts } from "../fleet/figures.ts";
import { answerSum, answersBelow } from "../fleet/latency.ts";

/** Milliseconds. Each is the bound of a bucket that was counted, so that the counts up to it are exact. */
const BOUNDS = [5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000, 30_000];

/** Answers by how long they took as a histogram of Prometheus, in seconds. */
export function answerHistogram(name: string, help: string, counts: AnswerCounts): string[] {
  const buckets = [...BOUNDS, Number.POSITIVE_INFINITY].map((bound): [string, number] => [
    bound === Number.POSITIVE_INFINITY ? "+Inf" : `${bound / 1_000}`,
    answersBelow(counts, bound),
  ]);
  return [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} histogram`,
    ...buckets.map(([bound, count]) => `${name}_bucket{le="${bound}"} ${count}`),
    `${name}_sum ${Number((answerSum(counts) / 1_000).toFixed(6))}`,
    `${name}_count ${buckets.at(-1)?.[1] ?? 0}`,
  ];
}
