import { nearest } from "../../units/nearest.ts";
import type { Threshold } from "./threshold.ts";

/** What a run is going to measure. */
export interface Measurable {
  /** The names of its steps. */
  readonly names: readonly string[];
  /** Whether visitors come at times of their own, so that requests are intended whatever becomes of others. */
  readonly isOpen: boolean;
}

/** Why a run can never measure what a threshold is about; `null`: it can. */
export function unmeasurable({ text, step, metric }: Threshold, { names, isOpen }: Measurable): string | null {
  const quoted = JSON.stringify(text);
  if (step !== null && !names.includes(step)) {
    const near = nearest(step, names);
    const known = near === undefined ? `there are ${names.join(", ")}` : `did you mean ${near}?`;
    return `${quoted} is about the step ${step}, which does not exist; ${known}`;
  }
  if (metric.kind === "rate" && metric.as === "share" && !isOpen)
    return `${quoted} is about a share of what is intended, and visitors who come at their own pace intend no rate; write a number of requests a second, such as rate > 50`;
  return null;
}
