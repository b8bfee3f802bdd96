/**
 * How often a ratio was how large, with the past forgotten little by little. Plain data, in bins of 1 % of the natural
 * logarithm from 0 to 0.8 (a factor of 2.2); what is lower or higher counts in the first or last bin.
 */
export interface Histogram {
  readonly bins: readonly number[];
  readonly total: number;
}

const WIDTH = 0.01;
const COUNT = 80;

/** As if `weight` ratios had been seen, evenly between two logarithms. */
export function histogram(weight: number, from: number, to: number): Histogram {
  const first = Math.floor(from / WIDTH);
  const last = Math.floor(to / WIDTH);
  const each = weight / (last - first + 1);
  const bins = Array.from({ length: COUNT }, (_, at) => (at >= first && at <= last ? each : 0));
  return { bins, total: weight };
}

/** Adds a ratio by its logarithm; what was there before keeps a share of its weight. */
export function observe({ bins, total }: Histogram, logarithm: number, keep: number): Histogram {
  const at = Math.max(0, Math.min(COUNT - 1, Math.floor(logarithm / WIDTH)));
  const next = bins.map((weight) => weight * keep);
  next[at] = (next[at] ?? 0) + 1;
  return { bins: next, total: total * keep + 1 };
}

/** The logarithm that a share of the ratios does not exceed; 0 for a share of 0. */
export function quantile({ bins, total }: Histogram, share: number): number {
  let above = (1 - share) * total;
  for (let at = COUNT - 1; at >= 0; at -= 1) {
    const weight = bins[at] ?? 0;
    if (weight > 0 && weight >= above) return at === 0 ? 0 : (at + 1 - above / weight) * WIDTH;
    above -= weight;
  }
  return 0;
}
