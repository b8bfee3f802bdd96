import { peakOf } from "../arrivals/profile.ts";
import { type Arrivals, secondsOf } from "./plan.ts";

export const MOST_RATE = 20_000;
export const MOST_VISITORS = 2_000;
export const MOST_SECONDS = 3_600;

/** What of a load is larger than is done without being told so: a sentence each. */
export function beyondLimits(arrivals: Arrivals): string[] {
  const found: string[] = [];
  const seconds = secondsOf(arrivals);
  if (arrivals.kind === "open" && peakOf(arrivals.profile) > MOST_RATE)
    found.push(`${peakOf(arrivals.profile)} visits a second, where ${MOST_RATE} are the most`);
  if (arrivals.kind === "closed" && arrivals.visitors > MOST_VISITORS)
    found.push(`${arrivals.visitors} visitors, where ${MOST_VISITORS} are the most`);
  if (seconds > MOST_SECONDS) found.push(`${seconds} s, where ${MOST_SECONDS} s are the most`);
  return found;
}
