import { millis } from "../../units/millis.ts";
import { Random } from "../../units/random.ts";
import type { Decision } from "../decision.ts";
import { decideWeb } from "./decide.ts";
import type { WebMemory } from "./memory.ts";
import type { WebPolicy } from "./policy.ts";
import type { WebSample } from "./sample.ts";

/** 20 ms a request, 45 s to boot, 2 to 100 instances. */
export const POLICY: WebPolicy = {
  bounds: { min: 2, max: 100, schedules: [], connections: null },
  override: null,
  thrift: "cheap",
  rules: [],
  slo: { limit: millis(250), late: 0.05 },
  slots: 1,
  boot: millis(45_000),
  cost: 0.02,
  errorLimit: 0.05,
};

export function sampleOf(arrivals: number, at: number, more: Partial<WebSample> = {}): WebSample {
  return {
    at,
    arrivals,
    shed: 0,
    failed: 0,
    queued: 0,
    work: { busySeconds: arrivals * 5 * 0.02, requests: arrivals * 5 },
    cpu: 0.5,
    memory: null,
    p95: 80,
    ...more,
  };
}

export interface Moment {
  readonly second: number;
  readonly wanted: number;
}

/** What a run of decisions is made of. A look without a sample is `null`. */
export interface Run {
  readonly policy?: WebPolicy;
  readonly from?: number;
  readonly memory?: WebMemory | null;
  readonly start?: number;
  readonly seconds: number;
  readonly sample: (moment: Moment, at: number) => WebSample | null;
  readonly deploying?: (second: number) => boolean;
}

export interface Ran {
  readonly decisions: readonly Decision[];
  readonly targets: readonly number[];
  readonly last: Decision;
  readonly memory: WebMemory;
}

/** Decides every 5 s, as the engine does, and follows each decision at once. */
export function run({
  policy = POLICY,
  from = 2,
  memory: given = null,
  start = 0,
  seconds,
  sample,
  deploying,
}: Run): Ran {
  const decisions: Decision[] = [];
  let memory = given;
  let wanted = from;
  let last: Decision | null = null;
  for (let second = start; second < start + seconds; second += 5) {
    const at = second * 1000;
    const input = {
      sample: sample({ second, wanted }, at),
      counts: { wanted, ready: wanted, starting: 0 },
      deploying: deploying?.(second) ?? false,
    };
    const outcome = decideWeb(policy, input, memory, at);
    memory = outcome.memory;
    last = outcome.decision;
    wanted = last.target;
    decisions.push(last);
  }
  if (last === null || memory === null) throw new RangeError("a run needs time");
  return { decisions, targets: decisions.map(({ target }) => target), last, memory };
}

/** Counts with the randomness of real ones. */
export function poissonArrivals(random: Random, rate: number): number {
  return random.poisson(rate * 5) / 5;
}

/** A load that wanders, jumps and stops, by its seed. */
export function wildRates(seed: number, count: number): number[] {
  const random = new Random(seed);
  let rate = random.scaleBetween(1, 3000);
  return Array.from({ length: count }, () => {
    const dice = random.next();
    if (dice < 0.01) rate = random.scaleBetween(1, 3000);
    else if (dice < 0.012) rate = 0;
    else rate = Math.max(0, rate * (1 + 0.1 * random.normal()));
    return Math.min(rate, 5000);
  });
}
