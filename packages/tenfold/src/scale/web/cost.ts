import type { CostLately, CostLook, WebMemory } from "./memory.ts";
import type { WebSample } from "./sample.ts";

const COST_REQUESTS = 20_000;
const FIRST_COST_REQUESTS = 50;
/** What is known of the release before counts as so many requests of the next one. */
const DEPLOY_REQUESTS = 2_000;
/** A look with fewer requests is taken together with the next: what hardly ends stands still, and has no price. */
const ENOUGH_REQUESTS = 10;
/** Looks in a row that must show a change, each by so much of the cost, and the newest of them, which see all of it, by more. */
const SERIES = 3;
const NEWEST = 2;
const NOTICED = 0.12;
const CHANGED = 0.25;
/** The newest must differ by so many deviations of their mean, as logarithms. */
const DEVIATIONS = 5;
/** Dearer requests are no news to instances that they would keep busy for less than this share: background work may be. */
const RELEVANT = 0.3;
/** Instances that were busy for this share of their time had none to spare. */
const FULL = 0.95;
/** One full look may be a burst. */
const FULL_LOOKS = 2;
const NOISE_LOOKS = 360;
const FIRST_NOISE = 1;
const LEAST_NOISE = 0.02;

/** What is known of the cost of a request. */
export type KnownCost = Pick<WebMemory, "cost" | "costWeight" | "lately">;

/** What the cost is judged by, beside the sample. */
export interface CostContext {
  readonly deploying: boolean;
  readonly ready: number;
  /** Share of failed answers above which an answer says nothing of what a good one costs. */
  readonly errorLimit: number;
}

/** The cost that was learned, and what requests cost now. */
export interface LearnedCost {
  readonly known: KnownCost;
  /**
   * Instance-seconds. While instances are full, at least what that makes of each request; in a look that can have none as
   * dear as was learned, what they cost at most: it shall not make the number grow, and is learned with the next looks.
   */
  readonly now: number;
  /** Instances that are wanted now whatever was learned, because those that there are have no time to spare; else 0. */
  readonly taken: number;
}

const NOTHING_LATELY: CostLately = { looks: [], noise: FIRST_NOISE, full: 0, deploying: false };

/**
 * The cost of a request, from the work that instances past their warm-up did: busy time over requests. A long memory
 * evens out what looks differ by. A short one of three looks takes its place when all of them differ from it to the same
 * side, by far more than looks do. While instances are full, what they manage is the cost, whatever was learned.
 */
export function learnCost(before: KnownCost, sample: WebSample, context: CostContext): LearnedCost {
  const lately = before.lately ?? NOTHING_LATELY;
  if (context.deploying) return still({ ...before, lately: { ...lately, looks: [], full: 0, deploying: true } });
  const known: KnownCost = lately.deploying
    ? { ...before, costWeight: Math.min(before.costWeight, DEPLOY_REQUESTS), lately: { ...lately, deploying: false } }
    : before;
  const { work } = sample;
  if (work === null || work.busySeconds <= 0)
    return still({ ...known, lately: { ...lately, full: 0, deploying: false } });
  const look: CostLook = { ...work, most: work.most ?? work.busySeconds };
  const isFull = work.seconds !== undefined && work.seconds > 0 && work.busySeconds >= FULL * work.seconds;
  const full = isFull ? lately.full + 1 : 0;
  // An error may cost nothing.
  const misleads = sample.failed > context.errorLimit && costOf([look]) < known.cost;
  if (misleads) return still({ ...known, lately: { ...lately, full, deploying: false } });
  // What they burn between requests is no price of the next.
  const looks = look.requests > 0 || isFull ? added(lately.looks, look) : lately.looks;
  const seen = { ...known, lately: { ...lately, looks: looks.slice(-SERIES), full, deploying: false } };
  const learned = changed(seen, sample, context) ?? evenedOut(seen, look);
  const most = costOf([look], "most");
  if (hasEnough(look) && leastChange(lately.noise, look.requests) * most < learned.cost)
    return { known: learned, now: most, taken: 0 };
  if (full < FULL_LOOKS) return still(learned);
  if (!hasEnough(looks.at(-1))) return { ...still(learned), taken: sample.queued > 0 ? context.ready : 0 };
  const managed = costOf(looks.slice(-NEWEST));
  if (managed <= (1 + NOTICED) * learned.cost) return still(learned);
  return { known: learned, now: managed, taken: sample.arrivals * managed };
}

function still(known: KnownCost): LearnedCost {
  return { known, now: known.cost, taken: 0 };
}

function requestsOf(looks: readonly CostLook[]): number {
  return looks.reduce((sum, { requests }) => sum + requests, 0);
}

function costOf(looks: readonly CostLook[], by: "busySeconds" | "most" = "busySeconds"): number {
  return looks.reduce((sum, look) => sum + look[by], 0) / Math.max(1, requestsOf(looks));
}

function hasEnough(look: CostLook | undefined): boolean {
  return look !== undefined && look.requests >= ENOUGH_REQUESTS;
}

/** The last looks with enough requests each, and those that are not enough yet as one. */
function added(looks: readonly CostLook[], { busySeconds, most, requests }: CostLook): readonly CostLook[] {
  const last = looks.at(-1);
  if (last === undefined || hasEnough(last)) return [...looks, { busySeconds, most, requests }];
  const both = {
    busySeconds: last.busySeconds + busySeconds,
    most: last.most + most,
    requests: last.requests + requests,
  };
  return [...looks.slice(0, -1), both];
}

/** By which factor the mean of so many requests must differ to be another one. */
function leastChange(noise: number, requests: number): number {
  return Math.max(1 + CHANGED, Math.exp(DEVIATIONS * Math.sqrt(noise / requests)));
}

/** The cost by the newest looks, if all of them say that it is another one. */
function changed(
  { cost, costWeight, lately = NOTHING_LATELY }: KnownCost,
  { arrivals }: WebSample,
  { ready }: CostContext,
): KnownCost | null {
  const { looks, noise } = lately;
  if (looks.length < SERIES || !hasEnough(looks.at(-1)) || costWeight < FIRST_COST_REQUESTS) return null;
  const newest = looks.slice(-NEWEST);
  const requests = requestsOf(newest);
  const least = leastChange(noise, requests);
  const [dear, cheap] = [costOf(newest), costOf(newest, "most")];
  const isDearer = looks.every((look) => costOf([look]) > (1 + NOTICED) * cost) && dear > least * cost;
  // Means of many answers lag behind for as many requests: they shall not make it cheaper at once.
  if (isDearer && arrivals * dear >= RELEVANT * ready) return { cost: dear, costWeight: COST_REQUESTS, lately };
  const isCheaper = looks.every((look) => (1 + NOTICED) * costOf([look], "most") < cost) && least * cheap < cost;
  return isCheaper ? { cost: cheap, costWeight: requests, lately } : null;
}

function evenedOut({ cost, costWeight, lately = NOTHING_LATELY }: KnownCost, look: CostLook): KnownCost {
  if (look.requests <= 0) return { cost, costWeight, lately };
  const weight = Math.min(COST_REQUESTS, costWeight + look.requests);
  const measured = look.busySeconds / look.requests;
  const share = costWeight === 0 ? 1 : Math.min(1, look.requests / weight);
  const next = cost + share * (measured - cost);
  // A handful of requests at the start says little; the estimate that was given counts as some of them.
  if (costWeight === 0 && look.requests < FIRST_COST_REQUESTS) {
    const known = look.requests / FIRST_COST_REQUESTS;
    return { cost: cost * (1 - known) + next * known, costWeight: look.requests, lately };
  }
  return { cost: next, costWeight: weight, lately: { ...lately, noise: noiseOf(lately.noise, look, next) } };
}

/** The variance of what one request costs, as a share of the mean's square. One look counts at most as three deviations. */
function noiseOf(noise: number, look: CostLook, cost: number): number {
  const square = look.requests * (costOf([look]) / cost - 1) ** 2;
  return Math.max(LEAST_NOISE, noise + (Math.min(square, 9 * noise) - noise) / NOISE_LOOKS);
}
