import { type Judged, MEASURES } from "../catalogue/pledge.ts";

/** `187 ms`, `3.2 s`, `41 s`; `–` for what was not measured. */
export function formatTime(ms: number | null): string {
  if (ms === null) return "–";
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 10_000 ? `${(ms / 1_000).toFixed(2)} s` : `${(ms / 1_000).toFixed(1)} s`;
}

export function formatFound({ measure, found }: Pick<Judged, "measure" | "found">): string {
  if (found === null) return "never";
  return MEASURES[measure].unit === "ms" ? formatTime(found) : found.toLocaleString("en");
}

/** `acknowledged writes lost: 0`, `longest time without an acknowledged write: 187 ms (at most 5.00 s, target 300 ms)`. */
export function describePledge(judged: Judged): string {
  const { text, unit } = MEASURES[judged.measure];
  if (unit === "count" && judged.atMost === 0) return `${text}: ${formatFound(judged)}`;
  const limit = unit === "ms" ? formatTime(judged.atMost) : `${judged.atMost}`;
  const target = judged.target === undefined ? "" : `, target ${formatTime(judged.target)}`;
  return `${text}: ${formatFound(judged)} (at most ${limit}${target})`;
}

/** Whether a kept promise is still worse than what is aimed at. */
export function missesTarget({ kept, found, target }: Judged): boolean {
  return kept && found !== null && target !== undefined && found > target;
}

/** Pledges as they are told: what is broken or has a size one by one, and in one sentence all that did not happen. */
export function tellPledges(pledges: readonly Judged[]): {
  readonly one: readonly Judged[];
  readonly none: string | null;
} {
  const isNone = ({ kept, found, measure }: Judged): boolean =>
    kept && found === 0 && MEASURES[measure].unit === "count";
  const none = pledges.filter(isNone).map(({ measure }) => MEASURES[measure].text);
  return {
    one: pledges.filter((pledge) => !isNone(pledge)),
    none: none.length === 0 ? null : `none: ${none.join(", ")}`,
  };
}
