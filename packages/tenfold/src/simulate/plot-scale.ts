import type { Score } from "./score.ts";

export const WIDTH = 860;
export const HEIGHT = 460;
export const LEFT = 82;
export const RIGHT = 190;
export const TOP = 24;
export const BOTTOM = 56;
/** Percent: less than this is drawn as none. */
const FLOOR = 0.0001;
/** Ratios: less is drawn at the edge. */
const LEAST = 0.01;
const MOST_TICKS = 9;

/** Where scores lie in a plot of cost against violations, both logarithmic, and which lines are drawn. */
export interface Scale {
  readonly x: (ratio: number) => number;
  readonly y: (violation: number) => number;
  readonly ratios: readonly number[];
  readonly decades: readonly number[];
}

/** At least one line, at most nine, at round numbers. */
export function ticksBetween(low: number, high: number): readonly number[] {
  if (high / low < 3) {
    const rough = ((high - low) / 6) * (1 - 1e-9);
    const unit = 10 ** Math.floor(Math.log10(rough));
    const step = unit * ([1, 2, 5, 10].find((factor) => factor * unit >= rough) ?? 10);
    const first = Math.ceil(low / step - 1e-9);
    const count = Math.floor(high / step + 1e-9) - first + 1;
    return Array.from({ length: count }, (_, at) => Number(((first + at) * step).toPrecision(6)));
  }
  const from = Math.floor(Math.log10(low));
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - from + 1 }, (_, at) => 10 ** (from + at));
  const within = (factors: readonly number[]): readonly number[] =>
    decades
      .flatMap((decade) => factors.map((factor) => Number((factor * decade).toPrecision(3))))
      .filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
  const choices = [[1, 1.2, 1.5, 2, 3, 4, 5, 7], [1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]].map(within);
  return choices.find(({ length }) => length <= MOST_TICKS) ?? [];
}

/** For scores whose ratios are finite. */
export function scaleOf(scores: readonly Score[]): Scale {
  const ratios = scores.map(({ ratio }) => Math.max(LEAST, ratio));
  const low = Math.min(1, ...ratios) * (Math.min(1, ...ratios) < 1 ? 0.95 : 1);
  const high = Math.max(low * 1.25, ...ratios) * 1.05;
  const most = Math.max(1, ...scores.map(({ violationPercent }) => violationPercent));
  const top = Math.ceil(Math.log10(most));
  const bottom = Math.log10(FLOOR);
  const wide = WIDTH - LEFT - RIGHT;
  const x = (ratio: number): number => LEFT + (Math.log(Math.max(LEAST, ratio) / low) / Math.log(high / low)) * wide;
  const y = (violation: number): number =>
    TOP + ((top - Math.log10(Math.max(FLOOR, violation))) / (top - bottom)) * (HEIGHT - TOP - BOTTOM);
  const decades = Array.from({ length: top - bottom + 1 }, (_, at) => 10 ** (bottom + at));
  return { x, y, ratios: ticksBetween(low, high), decades };
}
