import { Random } from "../../units/random.ts";
import type { Trace } from "../trace.ts";
import { addCrowd, addWander, daily, hourly } from "./noise.ts";

const DAY = [
  0.25, 0.2, 0.15, 0.15, 0.15, 0.2, 0.35, 0.6, 0.9, 1, 0.95, 0.9, 0.8, 0.9, 1, 0.95, 0.85, 0.7, 0.5, 0.45, 0.4, 0.4,
  0.35, 0.3,
];

export interface JobsOptions {
  readonly seed: number;
  readonly days: number;
  /** Jobs a second at the height of the day. */
  readonly height: number;
  readonly batchesPerDay: number;
}

/** Jobs by the hour, with batches that somebody starts: imports, mailings, reports. */
export function jobs(name: string, { seed, days, height, batchesPerDay }: JobsOptions): Trace {
  const random = new Random(seed);
  const rate = new Float64Array(days * 86_400);
  const scales = Array.from({ length: days }, (_, day) => height * (day % 7 >= 5 ? 0.4 : 1) * random.lognormal(1, 0.1));
  for (let s = 0; s < rate.length; s += 1) rate[s] = daily(scales, s / 3600) * hourly(DAY, s / 3600);
  addWander(
    rate,
    [
      { size: 0.05, seconds: 30 },
      { size: 0.06, seconds: 600 },
    ],
    random,
  );
  for (let t = random.exponential(86_400 / batchesPerDay); t < rate.length; ) {
    addCrowd(rate, {
      start: t,
      rise: random.between(60, 300),
      stay: random.scaleBetween(120, 1200),
      fade: 60,
      height: height * random.between(0.2, 0.8),
    });
    t += random.exponential(86_400 / batchesPerDay);
  }
  return { name, start: Date.UTC(2026, 0, 5), rate };
}
