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
  /** Highest mean of a minute. */
  readonly peak: number;
  readonly peakToMean: number;
}

export function traceFigures({ rate }: Trace): TraceFigures {
  let total = 0;
  let minute = 0;
  let peak = 0;
  for (let t = 0; t < rate.length; t += 1) {
    total += rate[t] ?? 0;
    minute += rate[t] ?? 0;
    if (t % 60 === 59) {
      peak = Math.max(peak, minute / 60);
      minute = 0;
    }
  }
  const mean = rate.length === 0 ? 0 : total / rate.length;
  return { days: rate.length / 86_400, mean, peak, peakToMean: mean === 0 ? 0 : peak / mean };
}
