/** Demand over time: requests (or jobs) a second, a number for each second. */
export interface Trace {
  readonly name: string;
  /** When it begins, milliseconds since 1970 UTC; schedules look at it. */
  readonly start: number;
  readonly rate: Float64Array;
}

export interface TraceFigures {
  readonly days: number;
  readonly mean: number;
  /** Highest mean of a minute, or of all where that is shorter. */
  readonly peak: number;
  readonly peakToMean: number;
}

export function traceFigures({ rate }: Trace): TraceFigures {
  const minute = Math.min(60, rate.length);
  let [total, peak] = [0, 0];
  for (let t = 0; t < rate.length; t += 1) {
    total += rate[t] ?? 0;
    // The last minute of a trace may overlap the one before it.
    if ((t + 1) % minute !== 0 && t + 1 !== rate.length) continue;
    const recent = rate.subarray(t + 1 - minute, t + 1).reduce((sum, value) => sum + value, 0);
    peak = Math.max(peak, recent / minute);
  }
  const mean = rate.length === 0 ? 0 : total / rate.length;
  return { days: rate.length / 86_400, mean, peak, peakToMean: mean === 0 ? 0 : peak / mean };
}

/** How many requests, or jobs, there are on average. */
export function totalOf({ rate }: Trace): number {
  return rate.reduce((sum, value) => sum + value, 0);
}
