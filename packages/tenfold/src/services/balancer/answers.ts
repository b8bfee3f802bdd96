import type { AnswerCounts } from "../../fleet/figures.ts";

/** Reads `show table` of the table that `render/haproxy/latency.ts` describes. Of anything else it reads nothing. */
export function parseAnswers(text: string): AnswerCounts {
  const rows = text.matchAll(/^0x[0-9a-f]+: key=(\d{1,2})e(\d{1,2}) .*\bgpc0=(\d+)/gm);
  return new Map(
    [...rows].map(([, first = "", digits, count]) => [
      Number(first) * 10 ** (Number(digits) - first.length),
      Number(count),
    ]),
  );
}
