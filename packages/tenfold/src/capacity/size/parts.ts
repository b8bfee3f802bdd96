import type { BalancerEngine } from "../../spec/balancer/balancer.ts";

/** What a fleet has beside web instances, on the machines that are planned. What it lacks is counted nowhere. */
export interface Parts {
  readonly workers: boolean;
  /** Servers that Tenfold runs: a managed one needs no room here. */
  readonly postgres: boolean;
  readonly redis: boolean;
  readonly cache: boolean;
  readonly balancer: BalancerEngine;
}

/** What a fleet has or lacks. */
export type Part = Exclude<keyof Parts, "balancer">;

/** Where there is no file that says otherwise. */
export const ALL_PARTS: Parts = { workers: true, postgres: true, redis: true, cache: true, balancer: "haproxy" };

/** Of PostgreSQL and Redis, how many are reached through the balancer. */
export function frontsOf({ postgres, redis }: Parts): number {
  return Number(postgres) + Number(redis);
}
