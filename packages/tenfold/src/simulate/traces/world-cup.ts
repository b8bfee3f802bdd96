import { Random } from "../../units/random.ts";
import type { Trace } from "../trace.ts";
import { addBursts, addCrowd, addWander, hourly, SITE_NOISE } from "./noise.ts";

/** 30 June 1998, requests a second by the hour: two matches over a quiet day (World Cup 98 logs, order of the file). */
const HOURS = [
  320, 284, 248, 238, 211, 216, 261, 269, 262, 267, 274, 304, 359, 435, 932, 2146, 2250, 1413, 1248, 2029, 2615, 3084,
  792, 433,
];

/** That day without its matches: the hours between them are filled in. */
const QUIET = [
  320, 284, 248, 238, 211, 216, 261, 269, 262, 267, 274, 304, 359, 435, 450, 470, 490, 500, 510, 520, 520, 500, 470,
  433,
];

const FIRST = HOURS.map((rate, hour) => (hour >= 14 && hour <= 18 ? Math.max(0, rate - (QUIET[hour] ?? 0)) : 0));
const SECOND = HOURS.map((rate, hour) => (hour >= 19 && hour <= 22 ? Math.max(0, rate - (QUIET[hour] ?? 0)) : 0));

export interface WorldCupOptions {
  readonly seed: number;
  readonly days: number;
  /** Hours by which the two matches of a day are moved. */
  readonly shift: readonly [number, number];
  /** Share of the days with a match in the afternoon and in the evening. */
  readonly matches: readonly [number, number];
  /** Highest minute of the whole trace, requests a second. */
  readonly peak: number;
}

/**
 * Traffic like the World Cup 98 site's: a base that grows through the tournament, matches of very different size, jumps
 * at kick-off and with goals, disturbances of minutes and of seconds, bursts. Minute peak to mean is about 21.
 */
export function worldCup(name: string, { seed, days, shift, matches, peak }: WorldCupOptions): Trace {
  const random = new Random(seed);
  const rate = new Float64Array(days * 86_400);
  const biggest = Math.floor(days * random.between(0.6, 0.95));
  for (let day = 0; day < days; day += 1) {
    const base = (0.09 + 0.3 * (day / days)) * random.lognormal(1, 0.15);
    const sizes = matches.map((chance, match) => {
      const played = random.next() < chance;
      const size = 0.27 * random.lognormal(1, 0.6) * (0.4 + 0.6 * (day / days));
      return day === biggest ? [0.75, 1.05][match] : played ? Math.min(0.75, size) : 0;
    });
    const moves = shift.map((hours) => hours + random.between(-0.3, 0.3));
    const start = day * 86_400;
    for (let s = 0; s < 86_400; s += 1) {
      const hour = s / 3600;
      rate[start + s] =
        base * hourly(QUIET, hour) +
        (sizes[0] ?? 0) * hourly(FIRST, hour - (moves[0] ?? 0)) +
        (sizes[1] ?? 0) * hourly(SECOND, hour - (moves[1] ?? 0));
    }
    for (const [match, kickOff] of [15, 20].entries()) addMatch(rate, start, kickOff + (moves[match] ?? 0), random);
  }
  scaleToPeak(rate, peak);
  addWander(rate, SITE_NOISE, random);
  addBursts(rate, { perDay: 6, size: 0.08, at: 180, seconds: [5, 25] }, random);
  return { name, start: Date.UTC(1998, 5, 10), rate };
}

/** Jumps at kick-off, half-time, the end, and with goals: a share of what the match has at that moment. */
function addMatch(rate: Float64Array, day: number, kickOff: number, random: Random): void {
  const moments = [0, 0.8, 1.05, 1.85, ...Array.from({ length: random.poisson(2.6) }, () => random.between(0, 1.85))];
  for (const after of moments) {
    const start = day + (kickOff + after) * 3600;
    const height = (rate[Math.floor(start)] ?? 0) * Math.min(0.3, random.exponential(0.08));
    addCrowd(rate, {
      start,
      rise: random.scaleBetween(45, 300),
      stay: random.between(20, 180),
      fade: random.between(90, 400),
      height,
    });
  }
}

/** Multiplies a trace so that its highest minute has that mean. */
export function scaleToPeak(rate: Float64Array, peak: number): void {
  let highest = 0;
  for (let minute = 0; minute + 60 <= rate.length; minute += 60) {
    let sum = 0;
    for (let s = minute; s < minute + 60; s += 1) sum += rate[s] ?? 0;
    highest = Math.max(highest, sum / 60);
  }
  if (highest === 0) return;
  for (let t = 0; t < rate.length; t += 1) rate[t] = ((rate[t] ?? 0) * peak) / highest;
}
