import { observe } from "../histogram.ts";
import type { WebMemory } from "./memory.ts";
import type { WebSample } from "./sample.ts";

const COST_REQUESTS = 20_000;
const FIRST_COST_REQUESTS = 50;
const SHORTFALL_SECONDS = 5400;
const SMALLEST = 0.05;

/** The cost of a request, from the work that instances past their warm-up did: busy time over requests. */
export function learnCost(
  { cost, costWeight }: Pick<WebMemory, "cost" | "costWeight">,
  work: WebSample["work"],
): Pick<WebMemory, "cost" | "costWeight"> {
  if (work === null || work.requests <= 0 || work.busySeconds <= 0) return { cost, costWeight };
  const weight = Math.min(COST_REQUESTS, costWeight + work.requests);
  const measured = work.busySeconds / work.requests;
  const share = costWeight === 0 ? 1 : Math.min(1, work.requests / weight);
  const next = cost + share * (measured - cost);
  // A handful of requests at the start says little; the estimate that was given counts as some of them.
  if (costWeight === 0 && work.requests < FIRST_COST_REQUESTS) {
    const known = work.requests / FIRST_COST_REQUESTS;
    return { cost: cost * (1 - known) + next * known, costWeight: work.requests };
  }
  return { cost: next, costWeight: weight };
}

/**
 * Compares the load with what was forecast for this moment. What counting alone adds (the variance of a Poisson number)
 * is no shortfall, because the sizing knows of it.
 */
export function learnShortfall(
  { shortfall, pending }: Pick<WebMemory, "shortfall" | "pending">,
  load: number,
  now: number,
  { horizon, seconds, cost }: { readonly horizon: number; readonly seconds: number; readonly cost: number },
): Pick<WebMemory, "shortfall" | "pending"> {
  const due = pending.findLastIndex(({ at }) => at <= now - horizon * 1000);
  const past = pending[due];
  if (past === undefined) return { shortfall, pending };
  const ratio = Math.log(Math.max(SMALLEST, load) / Math.max(SMALLEST, past.forecast));
  const chance = cost / (3 * seconds) / Math.max(SMALLEST, load);
  const real = ratio > 0 ? Math.sqrt(Math.max(0, ratio ** 2 - chance)) : ratio;
  return {
    shortfall: observe(shortfall, real, Math.exp(-seconds / SHORTFALL_SECONDS)),
    pending: pending.slice(due + 1),
  };
}
