import { formatDuration, type Millis } from "../../units/millis.ts";
import type { WebSample } from "./sample.ts";

/** Instances that compute for less of their time than this share wait for something. */
const IDLE_CPU = 0.5;

/**
 * What the model does not see where it goes by CPU alone: instances that wait, for something else or because each works
 * on few requests at once. A sentence for `ps --why`; `null` where answers come in time, CPU explains that they do not,
 * or nothing is answered any more: CPU is of now, and the answers would be of before.
 */
export function blindSpot({ p95, cpu, work }: WebSample, limit: Millis): string | null {
  if (work === null || work.requests === 0) return null;
  if (p95 === null || cpu === null || p95 <= limit || cpu >= IDLE_CPU) return null;
  const percent = Math.round(cpu * 100);
  return `95 % of the answers take up to ${Math.round(p95)} ms (scale.target is ${formatDuration(limit)}) while instances use ${percent} % of their CPU: they wait for something; if each works on few requests at once, web.concurrency has to say on how many`;
}
