import { observe } from "../histogram.ts";
import type { WebMemory } from "./memory.ts";

const SHORTFALL_SECONDS = 5400;
const SMALLEST = 0.05;

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
