import { Random } from "../../units/random.ts";
import type { Trace } from "../trace.ts";
import { addBursts, addCrowd, addWander, type Crowd, daily, hourly, type Wander } from "./noise.ts";

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

/** Hours at which the matches of a day begin. */
const KICK_OFFS = [15, 20];

/** What the minutes of that log differ by from the mean of the minutes around them, quiet and busy ones, fits these. */
const NOISE: readonly Wander[] = [
  { size: 0.04, seconds: 20, at: 180 },
  { size: 0.015, seconds: 20 },
  { size: 0.04, seconds: 200, at: 180 },
  { size: 0.025, seconds: 200 },
];

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
 * Traffic like the World Cup 98 site's in the weeks of matches: a base, matches of very different size, jumps at kick-off
 * and with goals, disturbances of minutes and of seconds, bursts. The highest minute is about 8 times the mean, as it is
 * in the log from 10 June to 3 July; the 21 times that are told of that log count the quiet weeks around them.
 */
export function worldCup(name: string, { seed, days, shift, matches, peak }: WorldCupOptions): Trace {
  const random = new Random(seed);
  const rate = new Float64Array(days * 86_400);
  const biggest = Math.floor(days * random.between(0.6, 0.95));
  const played = Array.from({ length: days }, (_, day) => {
    const base = 0.6 * random.lognormal(1, 0.2);
    const sizes = matches.map((chance, match) => {
      const isPlayed = random.next() < chance;
      const size = 0.5 * random.lognormal(1, 0.5);
      return (day === biggest ? [0.75, 1.1][match] : isPlayed ? Math.min(0.9, size) : 0) ?? 0;
    });
    const moves = shift.map((hours) => hours + random.between(-0.3, 0.3));
    const jumps = moves.flatMap((move, match) => matchJumps((KICK_OFFS[match] ?? 0) + move, random));
    return { base, sizes, moves, jumps };
  });
  const bases = played.map(({ base }) => base);
  for (let s = 0; s < rate.length; s += 1) rate[s] = daily(bases, s / 3600) * hourly(QUIET, s / 3600);
  for (const [day, { sizes, moves }] of played.entries())
    for (const [match, means] of [FIRST, SECOND].entries()) {
      // A late match reaches into the next day.
      const from = (day * 24 + (moves[match] ?? 0)) * 3600;
      for (let s = Math.max(0, Math.ceil(from)); s < Math.min(rate.length, from + 86_400); s += 1)
        rate[s] = (rate[s] ?? 0) + (sizes[match] ?? 0) * hourly(means, (s - from) / 3600);
    }
  for (const [day, { jumps }] of played.entries())
    for (const { hour, share, ...crowd } of jumps) {
      const start = (day * 24 + hour) * 3600;
      addCrowd(rate, { ...crowd, start, height: (rate[Math.floor(start)] ?? 0) * share });
    }
  scaleToPeak(rate, peak);
  addWander(rate, NOISE, random);
  addBursts(rate, { perDay: 6, size: 0.08, at: 180, seconds: [5, 25] }, random);
  return { name, start: Date.UTC(1998, 5, 10), rate };
}

interface Jump extends Pick<Crowd, "rise" | "stay" | "fade"> {
  /** From the start of the day. */
  readonly hour: number;
  /** Of what the match has at that moment. */
  readonly share: number;
}

/** Jumps at kick-off, half-time, the end, and with goals. */
function matchJumps(kickOff: number, random: Random): Jump[] {
  const moments = [0, 0.8, 1.05, 1.85, ...Array.from({ length: random.poisson(2.6) }, () => random.between(0, 1.85))];
  return moments.map((after) => ({
    hour: kickOff + after,
    share: Math.min(0.3, random.exponential(0.08)),
    rise: random.scaleBetween(45, 300),
    stay: random.between(20, 180),
    fade: random.between(90, 400),
  }));
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
