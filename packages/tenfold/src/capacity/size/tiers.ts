import { ASSUMED, type Assumptions } from "./assumptions.ts";
import { type FleetSize, type Standard, sizeFleet } from "./fleet-size.ts";
import type { PriceTable } from "./prices.ts";
import { type Appetite, rateOf, sizeWeb, usersFor } from "./queue.ts";

export type TierName = "small" | "medium" | "large" | "enterprise";

/** A range of concurrent users, and what is expected of a fleet that has them. */
export interface TierDefinition {
  readonly name: TierName;
  readonly from: number;
  /** `null`: no end. */
  readonly to: number | null;
  /** The users that it is sized for. */
  readonly sizedFor: number;
  readonly standard: Standard;
}

/** In ascending order. */
export const TIERS: readonly TierDefinition[] = [
  { name: "small", from: 1, to: 50, sizedFor: 50, standard: { replicas: 1, redisReplicas: 1, machines: 1 } },
  { name: "medium", from: 50, to: 500, sizedFor: 500, standard: { replicas: 2, redisReplicas: 1, machines: 2 } },
  { name: "large", from: 500, to: 5_000, sizedFor: 5_000, standard: { replicas: 2, redisReplicas: 1, machines: 3 } },
  {
    name: "enterprise",
    from: 5_000,
    to: null,
    sizedFor: 20_000,
    standard: { replicas: 3, redisReplicas: 2, machines: 3 },
  },
];

export function tierOf(users: number): TierDefinition {
  const [first, ...rest] = TIERS;
  if (first === undefined) throw new RangeError("there are tiers");
  return rest.reduce((found, tier) => (users > tier.from ? tier : found), first);
}

const ROUNDING = 1e-6;

/** The tier of so many users and requests a second: of what is larger, the users or those who would make the requests. */
export function tierFor(
  { users, rate }: { readonly users: number; readonly rate: number },
  habits: Habits,
  response: number,
): TierDefinition {
  return tierOf(Math.max(users, usersFor(rate, { ...habits, response }) - ROUNDING));
}

/** How people behave, and what they expect. */
export interface Habits {
  /** Seconds. */
  readonly think: number;
  readonly requestsPerAction: number;
  /** Seconds. */
  readonly p95: number;
}

export interface Tier extends TierDefinition {
  readonly size: FleetSize;
}

/** What sizes are made by. */
export interface SizedBy {
  readonly prices: PriceTable;
  readonly assumed?: Assumptions;
}

/** A size for so many users, by the model alone; `null` where no number of instances will do. */
export function sizeForUsers(
  users: number,
  habits: Habits,
  appetite: Appetite,
  { prices, assumed = ASSUMED }: SizedBy,
): { readonly size: FleetSize; readonly tier: TierDefinition } | null {
  const rate = rateOf({ users, ...habits, response: appetite.service });
  const web = sizeWeb(rate, habits.p95, appetite);
  if (web === null) return null;
  const tier = tierFor({ users, rate }, habits, appetite.service);
  const load = { users, rate, web: Math.max(2, web.instances), webCores: web.load };
  return { size: sizeFleet(load, tier.standard, prices, assumed), tier };
}

/** All tiers, each sized for its most users. */
export function sizeTiers(habits: Habits, appetite: Appetite, by: SizedBy): Tier[] {
  return TIERS.flatMap((tier) => {
    const sized = sizeForUsers(tier.sizedFor, habits, appetite, by);
    return sized === null ? [] : [{ ...tier, size: sized.size }];
  });
}
