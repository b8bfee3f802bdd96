import { Random } from "../../units/random.ts";
import type { Trace } from "../trace.ts";
import { addBursts, addWander, daily, hourly } from "./noise.ts";

const DAY = [
  0.62, 0.55, 0.5, 0.46, 0.44, 0.44, 0.48, 0.58, 0.8, 0.98, 1.1, 1.2, 1.32, 1.4, 1.46, 1.48, 1.42, 1.25, 1.08, 1.0,
  0.95, 0.9, 0.82, 0.72,
];

export interface ResearchOptions {
  readonly seed: number;
  readonly days: number;
  readonly mean: number;
  /** When nothing comes: seconds from the start, and how long. */
  readonly outage: readonly [number, number];
}

/** Traffic like that of NASA's server in 1995: few visitors seen through a magnifying glass, so it is rough; a gap when the server was off. */
export function research(name: string, { seed, days, mean, outage }: ResearchOptions): Trace {
  const random = new Random(seed);
  const rate = new Float64Array(days * 86_400);
  const scales = Array.from(
    { length: days },
    (_, day) => mean * (day % 7 >= 5 ? 0.6 : 1.15) * random.lognormal(1, 0.12),
  );
  for (let s = 0; s < rate.length; s += 1) rate[s] = daily(scales, s / 3600) * hourly(DAY, s / 3600);
  addWander(
    rate,
    [
      { size: 0.12, seconds: 900 },
      { size: 0.07, seconds: 120 },
      { size: 0.05, seconds: 20 },
    ],
    random,
  );
  addBursts(rate, { perDay: 6, size: 0.1, at: mean, seconds: [5, 40] }, random);
  rate.fill(0, outage[0], outage[0] + outage[1]);
  return { name, start: Date.UTC(1995, 6, 3), rate };
}
