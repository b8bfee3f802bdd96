import type { Trace } from "../trace.ts";
import { jobs } from "./jobs.ts";
import { research } from "./research.ts";
import { steps } from "./steps.ts";
import { weekday } from "./weekday.ts";
import { worldCup } from "./world-cup.ts";

/** A trace that is made here: what it is for, and how it is made. */
export interface MadeTrace {
  readonly kind: "web" | "workers";
  /** The constants of the policy were chosen on tuning traces only; held-out ones judge. */
  readonly use: "tuning" | "held-out";
  readonly what: string;
  make(name: string): Trace;
}

const DAY = 86_400;

/** Every trace of the repository. Same name, same numbers. */
export const TRACES: Readonly<Record<string, MadeTrace>> = {
  "world-cup": {
    kind: "web",
    use: "tuning",
    what: "24 days of matches after the World Cup 98 logs",
    make: (name) => worldCup(name, { seed: 1, days: 24, shift: [0, 0], matches: [0.6, 0.75], peak: 3824 }),
  },
  "world-cup-b": {
    kind: "web",
    use: "tuning",
    what: "the same with other days",
    make: (name) => worldCup(name, { seed: 3, days: 24, shift: [0, 0], matches: [0.6, 0.75], peak: 3824 }),
  },
  "world-cup-c": {
    kind: "web",
    use: "tuning",
    what: "20 days of matches, the first ones earlier",
    make: (name) => worldCup(name, { seed: 5, days: 20, shift: [-1, 0.5], matches: [0.7, 0.6], peak: 3824 }),
  },
  "world-cup-d": {
    kind: "web",
    use: "tuning",
    what: "20 days of fewer matches, later",
    make: (name) => worldCup(name, { seed: 6, days: 20, shift: [1, 1], matches: [0.45, 0.7], peak: 3824 }),
  },
  office: {
    kind: "web",
    use: "tuning",
    what: "21 days of an office service, with flash crowds",
    make: (name) =>
      weekday(name, { seed: 1, days: 21, shape: "office", height: 600, weekend: 0.25, crowdsPerDay: 0.5 }),
  },
  "office-b": {
    kind: "web",
    use: "tuning",
    what: "the same with other days",
    make: (name) =>
      weekday(name, { seed: 4, days: 21, shape: "office", height: 600, weekend: 0.25, crowdsPerDay: 0.5 }),
  },
  "office-c": {
    kind: "web",
    use: "tuning",
    what: "21 days of a larger office service",
    make: (name) =>
      weekday(name, { seed: 5, days: 21, shape: "office", height: 900, weekend: 0.15, crowdsPerDay: 0.5 }),
  },
  evening: {
    kind: "web",
    use: "tuning",
    what: "21 days of a service that is used after work",
    make: (name) =>
      weekday(name, { seed: 6, days: 21, shape: "evening", height: 500, weekend: 1.2, crowdsPerDay: 0.4 }),
  },
  research: {
    kind: "web",
    use: "tuning",
    what: "21 rough days after NASA's logs, with an outage",
    make: (name) => research(name, { seed: 1, days: 21, mean: 160, outage: [14 * DAY, 130_000] }),
  },
  "research-b": {
    kind: "web",
    use: "tuning",
    what: "14 rough days of more traffic",
    make: (name) => research(name, { seed: 6, days: 14, mean: 220, outage: [6 * DAY, 60_000] }),
  },
  queue: {
    kind: "workers",
    use: "tuning",
    what: "14 days of jobs, with batches",
    make: (name) => jobs(name, { seed: 1, days: 14, height: 4, batchesPerDay: 3 }),
  },
  "queue-b": {
    kind: "workers",
    use: "tuning",
    what: "the same with twice as many",
    make: (name) => jobs(name, { seed: 2, days: 14, height: 8, batchesPerDay: 4 }),
  },
  "world-cup-held": {
    kind: "web",
    use: "held-out",
    what: "24 days of matches at other hours",
    make: (name) => worldCup(name, { seed: 101, days: 24, shift: [-2, 0.5], matches: [0.8, 0.6], peak: 3824 }),
  },
  "world-cup-held-b": {
    kind: "web",
    use: "held-out",
    what: "18 days of fewer, later matches",
    make: (name) => worldCup(name, { seed: 102, days: 18, shift: [1, 1.5], matches: [0.4, 0.7], peak: 3824 }),
  },
  "world-cup-held-c": {
    kind: "web",
    use: "held-out",
    what: "24 days of matches",
    make: (name) => worldCup(name, { seed: 211, days: 24, shift: [-1, 0], matches: [0.6, 0.75], peak: 3824 }),
  },
  "office-held": {
    kind: "web",
    use: "held-out",
    what: "28 days of a larger office service",
    make: (name) =>
      weekday(name, { seed: 103, days: 28, shape: "office", height: 900, weekend: 0.15, crowdsPerDay: 0.5 }),
  },
  "office-held-b": {
    kind: "web",
    use: "held-out",
    what: "28 days of an office service of middle size",
    make: (name) =>
      weekday(name, { seed: 212, days: 28, shape: "office", height: 700, weekend: 0.2, crowdsPerDay: 0.5 }),
  },
  "evening-held": {
    kind: "web",
    use: "held-out",
    what: "21 days of a service that is used after work",
    make: (name) =>
      weekday(name, { seed: 104, days: 21, shape: "evening", height: 500, weekend: 1.2, crowdsPerDay: 0.4 }),
  },
  "research-held": {
    kind: "web",
    use: "held-out",
    what: "21 other rough days",
    make: (name) => research(name, { seed: 105, days: 21, mean: 220, outage: [6 * DAY, 60_000] }),
  },
  "research-held-b": {
    kind: "web",
    use: "held-out",
    what: "21 rough days of less traffic",
    make: (name) => research(name, { seed: 213, days: 21, mean: 180, outage: [11 * DAY, 90_000] }),
  },
  "steps-held": {
    kind: "web",
    use: "held-out",
    what: "a day of steps from one second to the next",
    make: (name) => {
      const levels = [100, 400, 100, 250, 500, 120, 300, 80, 320, 160, 480, 200];
      return steps(name, { seed: 106, levels: levels.map((level) => [level, 7200]), roughness: 0.02 });
    },
  },
  "queue-held": {
    kind: "workers",
    use: "held-out",
    what: "21 days of more jobs and more batches",
    make: (name) => jobs(name, { seed: 107, days: 21, height: 7, batchesPerDay: 5 }),
  },
};
