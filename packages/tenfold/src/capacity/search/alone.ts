import type { Objective } from "./trial.ts";

/** What one visitor saw who had the fleet for itself, one request after the other. */
export interface Alone {
  readonly requests: number;
  readonly failures: number;
  /** Milliseconds. */
  readonly p50: number;
  /** What failures were, the most frequent first. */
  readonly errors: readonly string[];
}

/** Why no rate would keep to the limits; `fails` and `slow` are of the application itself, whatever is sent. */
export type Hopeless =
  | { readonly kind: "fails"; readonly why: string; readonly isLimited: boolean }
  | { readonly kind: "slow"; readonly why: string };

/** Failures that are no accident. */
const FEW = 2;

/** Holds what one visitor saw against the limits; `null` when a search may begin. */
export function judgeAlone({ requests, failures, p50, errors }: Alone, objective: Objective): Hopeless | null {
  if (requests === 0) return null;
  const error = errors[0] ?? "failed";
  if (failures / requests > objective.errors && failures >= Math.min(FEW, requests)) {
    const why = `${failures} of ${requests} requests of a single visitor failed: ${error}`;
    return { kind: "fails", why, isLimited: error === "status 429" };
  }
  if (p50 <= objective.p95) return null;
  const why = `a request takes ${Math.round(p50)} ms when nothing else is going on, where ${Math.round(objective.p95)} may be`;
  return { kind: "slow", why };
}
