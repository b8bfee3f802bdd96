import type { Balancing } from "./balancing.ts";

/** What is simulated around the policy. Times in seconds, unless they say otherwise. */
export interface World {
  readonly seed: number;
  readonly min: number;
  readonly max: number;
  /** Time that one request keeps one slot busy, and its coefficient of variation (request engine). */
  readonly service: { readonly mean: number; readonly variation: number };
  /** Requests that one instance works on at once. */
  readonly slots: number;
  /** At most a share of `late` of the requests may take longer than `limit`. */
  readonly slo: { readonly limit: number; readonly late: number };
  /** From launch to ready; share of the launches that fail; share of its CPU that an instance burns meanwhile. */
  readonly boot: { readonly mean: number; readonly variation: number; readonly failure: number; readonly cpu: number };
  /** Mean time between failures of one instance that serves; one that dies is started again at once. `null`: none does. */
  readonly crash: number | null;
  /** An instance's speed in its first seconds after it is ready. */
  readonly warm: { readonly seconds: number; readonly speed: number };
  /** From the decision to stop an instance to its end; it is paid for, and takes no new request. */
  readonly drain: number;
  /** How often the policy looks, how old its figures are, and the share of samples that never arrive. */
  readonly metrics: { readonly interval: number; readonly delay: number; readonly loss: number };
  /** How the balancer picks an instance (request engine; the fluid one has a single queue). */
  readonly balancing: Balancing;
  /**
   * Where requests wait (request engine): in the instance that they were given to at once, or in the balancer until one
   * has a free slot, as with `web.concurrency`.
   */
  readonly queue: "instance" | "balancer";
  /** Seconds of queue after which requests are refused; `null` for never. */
  readonly limiter: number | null;
  /** Share of refused requests that come back a second or two later. */
  readonly retry: number;
  /** Instances that the database's connections suffice for; more do not serve more. */
  readonly ceiling: number | null;
  /** When a release is rolled out, seconds from the start. */
  readonly deploys: readonly number[];
  /** Instance time is paid in steps of so many seconds, each started one in full. */
  readonly billing: number;
}

/** A small application in one thread: 20 ms a request, 45 s to boot. */
export const DEFAULT_WORLD: World = {
  seed: 1,
  min: 2,
  max: 1000,
  service: { mean: 0.02, variation: 1 },
  slots: 1,
  slo: { limit: 0.25, late: 0.05 },
  boot: { mean: 45, variation: 0.1, failure: 0, cpu: 0.8 },
  crash: null,
  warm: { seconds: 10, speed: 0.6 },
  drain: 30,
  metrics: { interval: 5, delay: 2, loss: 0 },
  balancing: "leastconn",
  queue: "instance",
  limiter: 5,
  retry: 0,
  ceiling: null,
  deploys: [],
  billing: 1,
};

/** Jobs of two seconds that should not wait longer than half a minute, one in a thousand excepted. */
export const WORKER_WORLD: World = {
  ...DEFAULT_WORLD,
  min: 1,
  service: { mean: 2, variation: 1 },
  slo: { limit: 30, late: 0.001 },
  boot: { ...DEFAULT_WORLD.boot, mean: 15 },
  warm: { seconds: 0, speed: 1 },
};

/** Instance-seconds that one request costs. */
export function demandOf({ service, slots }: World): number {
  return service.mean / slots;
}
