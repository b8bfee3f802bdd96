import type { Attempt } from "../check/ending.ts";

/** What was told to those that did not end well, and how often, the most frequent first. */
export interface ErrorCount {
  readonly text: string;
  readonly count: number;
}

const MOST = 8;

/** Numbers differ from one error to the next of the same kind. */
function kindOf(text: string): string {
  return text.replace(/\d{4,}/g, "N").slice(0, 160);
}

export function countErrors(attempts: readonly Attempt[]): ErrorCount[] {
  const counts = new Map<string, number>();
  for (const { ending, error } of attempts) {
    if (ending === "ok") continue;
    const text = kindOf(error ?? "no reason was given");
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return [...counts]
    .map(([text, count]) => ({ text, count }))
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST);
}
