import { Random } from "../../units/random.ts";
import type { Trace } from "../trace.ts";
import { addBursts, addCrowd, addWander, daily, hourly, SITE_NOISE } from "./noise.ts";

/** An office day: a share of the day's height by the hour. */
const OFFICE = [
  0.07, 0.06, 0.05, 0.05, 0.06, 0.09, 0.18, 0.38, 0.72, 0.95, 1, 0.96, 0.82, 0.88, 0.97, 0.95, 0.86, 0.66, 0.42, 0.32,
  0.26, 0.2, 0.14, 0.09,
];

/** An evening at home: a service that people use after work. */
const EVENING = [
  0.3, 0.18, 0.11, 0.08, 0.07, 0.09, 0.16, 0.28, 0.34, 0.36, 0.4, 0.46, 0.55, 0.52, 0.48, 0.5, 0.58, 0.7, 0.84, 0.96, 1,
  0.92, 0.7, 0.48,
];

export interface WeekdayOptions {
  readonly seed: number;
  readonly days: number;
  readonly shape: "office" | "evening";
  /** Height of an ordinary weekday, requests a second. */
  readonly height: number;
  readonly weekend: number;
  readonly crowdsPerDay: number;
}

/** Weekdays and weekends, with flash crowds that rise in half a minute to ten. */
export function weekday(name: string, options: WeekdayOptions): Trace {
  const { seed, days, shape, height, weekend, crowdsPerDay } = options;
  const random = new Random(seed);
  const rate = new Float64Array(days * 86_400);
  const means = shape === "office" ? OFFICE : EVENING;
  const scales = Array.from(
    { length: days },
    (_, day) => height * (day % 7 >= 5 ? weekend : 1) * random.lognormal(1, 0.08),
  );
  for (let s = 0; s < rate.length; s += 1) rate[s] = daily(scales, s / 3600) * hourly(means, s / 3600);
  for (let t = random.exponential(86_400 / crowdsPerDay); t < rate.length; ) {
    addCrowd(rate, {
      start: t,
      rise: random.scaleBetween(30, 600),
      stay: random.scaleBetween(300, 1800),
      fade: random.scaleBetween(300, 2400),
      height: height * random.scaleBetween(0.25, 1.6),
    });
    t += random.exponential(86_400 / crowdsPerDay);
  }
  addWander(rate, SITE_NOISE, random);
  addBursts(rate, { perDay: 6, size: 0.08, at: 180, seconds: [5, 25] }, random);
  return { name, start: Date.UTC(2026, 0, 5), rate };
}
